"""CPV codes found by describing the thing in one's own words, learned from published notices."""
