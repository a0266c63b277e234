"""The pages of a firm: registering, its profile with a preview, its tenders, its start page.

It stands above notices and the market, because it shows a firm what of them concerns it.
"""
