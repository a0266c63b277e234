"""Notices (Bekanntmachungen): built, checked, stored for ever, found by everybody without login."""
