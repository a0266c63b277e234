"""Deadlines (Fristen): the first instant that is too late, its law, reminders, calendars.

Computed from law when a tender is published, or set by a person within the law. Whether one has
passed is a comparison with the clock and never the work of a job.
"""
