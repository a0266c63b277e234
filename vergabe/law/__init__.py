"""Law: pure functions over dated tables (Recht als Daten).

Days in, days out. Every result names its rule, its paragraph, the table row it comes from and the
arithmetic in German sentences. No module here knows the clock, the web or the database; the day
that selects a row is always an argument (for procedure rules the day the procedure began,
§ 187 (2) GWB; for thresholds the day of § 3 (3) VgV).
"""
