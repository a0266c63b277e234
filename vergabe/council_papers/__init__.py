"""Council papers: the draft resolution for each member's council, made from what is known (Vorlage).

Anybody of a participating municipality may fetch its own.
"""
