"""Tenders (Vergabeverfahren): lots, shares, criteria, documents, gates, publication, amendment.

Only the procurement officer of the lead moves a tender; members see it, the public sees it once it
is published.
"""
