"""Cost shares: what the lead has paid in advance and what each member owes it (Kostenteilung).

The releaser or coordinator of the lead keeps the ledger; each member sees its own items.
"""
