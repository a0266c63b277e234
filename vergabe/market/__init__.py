"""Notices of other contracting authorities (Bekanntmachungen anderer Stellen): read and searched.

Anybody may search; the operator and procurement officers read files in. Our own notices stand in
`notices`.
"""
