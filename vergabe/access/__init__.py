"""Organisations, people, roles and the permission table (Zugriff).

Everything that says who somebody is and what they may do; every other package asks here.
"""
