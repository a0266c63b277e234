"""Work that takes longer than a second (Vorgänge): started by a person, done by the worker,
with progress that can be left and found again.
"""
