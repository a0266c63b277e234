"""The procurement record (Vergabevermerk, § 8 VgV): append-only, hash-chained, verifiable outside.

One chain per stream; a stream is a procedure (`tender:<id>`), a pool, a cooperation, or the demands
of one organisation in one cooperation. Every command appends who, for whom, what, when and why.
"""
