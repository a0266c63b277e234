"""What a notice says and its tender does not know yet (Angaben zur Bekanntmachung).

Every fact has a lawful default, worked out from tender, agreement and law; kept is only what the
procurement officer of the lead has chosen otherwise.
"""
