"""Stored documents (Dateien): kept once by content under their SHA-256, checked when read."""
