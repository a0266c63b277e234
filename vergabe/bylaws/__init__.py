"""By-laws: what each municipality has resolved on its own awards (Vergabesatzung, § 75a GO NRW).

The procurement officer or coordinator of a municipality keeps its versions; the law is asked with
those of the day on which a procedure begins.
"""
