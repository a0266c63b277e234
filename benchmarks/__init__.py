"""Measurements of the product: every module `bench_*.py` is one, run by `make bench`."""
