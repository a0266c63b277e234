"""Whether the service was there (Verfügbarkeit): signs of life by the minute, outages, maintenance.

Processes sign each minute in which they work; a minute that nobody signed is an outage that can be
proved afterwards. What an outage means for a procedure is the business of `outages`.
"""
