"""Charts as SVG, drawn from plain figures; every chart has its table. Pure."""
