"""Plans: milestones of a cooperation or a project with the latest day of each (Zeitplan).

The coordinator keeps wished and agreed days; what the law adds is computed when asked.
"""
