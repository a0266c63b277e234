"""Council papers: the draft resolution for each member's council, from known facts (Vorlage).

Anybody of a participating municipality may fetch its own.
"""
