"""Accounts (Konten): people are invited, get roles for a time, make and revoke their tokens.

Administrators act for their own organisation; everybody keeps their own account.
"""
