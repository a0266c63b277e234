"""Demands (Bedarfe) of members, calls for demands (Bedarfsabfragen) and their answers.

Requesters write and submit a demand, releasers release its budget; what follows is the flow.
"""
