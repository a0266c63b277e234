"""Directory of all public procedures (Verzeichnis der Bekanntmachungen): what the search finds.

Own procedures (`notices`) and those of others (`market`) are entered here in the transaction that
makes or changes them; the search with its counts reads nothing else. docs/market.md says how.
"""
