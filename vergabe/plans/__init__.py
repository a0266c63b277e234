"""Plans: timetables and milestones of a cooperation or a project (Zeitplan).

Coordination and procurement officers of the lead keep wishes and milestones; each organisation
notes that its own milestones are done. What the law adds is computed when asked.
"""
