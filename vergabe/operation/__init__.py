"""Keeping the service alive (Betrieb): backup and restore, figures for operators.

Only the operator acts here; nobody below may call it.
"""
