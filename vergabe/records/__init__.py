"""The record of a procedure (Vergabeakte, § 8 VgV) as people read it, and the whole file as a ZIP.

Gathered from all steps of the flow; the chains themselves are the work of `audit`.
"""
