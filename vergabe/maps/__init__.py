"""Maps as SVG, drawn from plain data. Pure."""
