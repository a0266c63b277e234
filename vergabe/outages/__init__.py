"""What an outage means for running procedures (Fristverlängerung nach Ausfall der Plattform).

Procedures with a deadline near an outage get a case: the extension that law proposes, the change
notice and the letters, ready for the officer who extends deadlines for the lead to sign off.
"""
