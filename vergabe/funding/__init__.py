"""Funding: a grant for a project, its cost, quota, days and proofs of use (Zuwendung, Förderung).

The coordinator of the lead keeps the case of a pool; every member sees its own share.
"""
