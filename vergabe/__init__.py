"""Vergabe: gemeinsame Beschaffung von Kommunen, von Bedarf bis Kostenteilung."""
