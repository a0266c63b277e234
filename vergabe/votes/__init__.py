"""Votes on a project: who decides by which rule on which frozen draft (Abstimmung).

The coordinator of the lead opens a vote on a pool; each member casts its own.
"""
