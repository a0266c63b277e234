"""Mergers of municipalities: the successor takes over all rights and duties (Rechtsnachfolge).

Only the operator may; from the legal day of the merger on the successor stands where its
predecessor stood. What has ended, and what was published, stays under the old name.
"""
