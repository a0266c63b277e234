"""Pools: demands of several municipalities that are bought together (Bündelung).

A pool is proposed from released demands that ask for the same thing at the same time
(`grouping`), with what speaks for it and against it in sentences (`reasons`). A coordinator puts it
to the members (consultation), then opens a joining window (Beitrittsfenster, 21 days unless set
otherwise). Who has joined when the window has closed is bound and leaves only with everybody's
recorded consent.

Who may act: the coordinator of the cooperation proposes, splits, merges, rejects, opens the window
and dissolves; a member joins, declines and leaves for itself; the lead starts the tender.
Occasional joint procurement: § 4 (1), (2) VgV.
"""
