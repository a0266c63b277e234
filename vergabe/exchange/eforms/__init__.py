"""EU eForms notices: plain data ↔ UBL 2.3 XML, official rules, findings for people.

Facts of names, orders and codes: eForms SDK, Publications Office of the European Union, CC BY 4.0.
"""
