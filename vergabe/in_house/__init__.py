"""In-house first: whether a provider of the members' own supplies before the market is asked (§ 108 GWB).

The coordinator of the lead records offer, comparison and result for a pool.
"""
