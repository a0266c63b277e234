"""Cost keys: how an amount is divided among members (Umlageschlüssel), as pure functions.

Knows neither web nor database. Nobody acts here: cooperations say which key counts, cost shares
and funding ask.
"""
