"""Enquiries (Bieterfragen) to a tender and their answers to all, anonymised (§ 20 (3) VgV)."""
