"""Suppliers (Unternehmen): registration, profile, matching, registration for single tenders.

Registering is voluntary (§ 9 (3) VgV): documents are public; who registers is told of changes.
"""
