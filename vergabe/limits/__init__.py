"""Limits (Grenzen): how often one address or account may ask, counted by all processes as one.

Nobody acts here; the operator sets the numbers (`VERGABE_RATE_LIMITS`).
"""
