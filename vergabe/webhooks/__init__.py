"""Webhooks: another system is told by a signed call what happened, in order, at least once.

An organisation's administrators, and the users of a firm, subscribe an address of their system.
"""
