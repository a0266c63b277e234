"""Exchange: plain data ↔ documents (Austauschformate), one format beside the other.

Takes frozen dataclasses and returns bytes, and the other way round. Knows neither web nor database.
Nobody acts here: the steps of the flow call it and store what it returns.
"""
