"""Councils: the deciding bodies of each municipality (Gremien) and the days on which they meet.

A coordinator or procurement officer of a municipality keeps its bodies and their calendar;
timetables and chains of resolutions build on them.
"""
