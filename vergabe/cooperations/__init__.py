"""Cooperations (Zusammenarbeit): members, lead, task areas, agreement, mandates, resolutions.

A cooperation is configuration, loaded from a TOML file (`loading`); it is no legal person. The
coordination of the lead moves the agreement (`agreements`); every member records its own
`resolutions` and `mandates`. `readiness` holds the named checks of a joint tender, `gates` asks
them.
"""
