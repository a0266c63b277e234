"""Advice: which law applies to a pool or tender, why, and what it asks for (Rechtsberatung).

Read only; everybody who sees the pool or tender may ask.
"""
