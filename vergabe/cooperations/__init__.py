"""Cooperations (Zusammenarbeit): members, lead, task areas, agreement, mandates, resolutions.

A cooperation is configuration, loaded from a TOML file; it is no legal person. The coordinator of
the lead keeps it; every member records its own resolutions and mandates.
"""
