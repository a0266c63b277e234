"""Saved views of lists (gespeicherte Ansichten): filters, order and name, one person's own."""
