"""In-house first: a provider of the members' own is asked before the market (§ 108 GWB).

The coordinator of the lead records offer, comparison and result for a pool.
"""
