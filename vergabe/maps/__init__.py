"""Maps of Germany as pictures (SVG) drawn on the server: Länder, counties, municipalities.

Pure: shapes come from `schemas/maps` (source and licence: schemas/README.md). A map is never the
only way to anything: a list or a table always stands beside it.
"""
