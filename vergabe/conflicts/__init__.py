"""Conflicts of interest: declarations of everybody who takes part in a procedure (§ 6 VgV).

Each person declares for itself; the procurement officer of the lead sees who has not.
"""
