"""What the worker does at each tick, gathered from the capabilities; each sweep is safe to repeat.

Every function takes the application, opens its own units of work, and returns how much it did.
"""

from flask import Flask

from vergabe.messages import delivery


def send_mails(app: Flask) -> int:
    """Send due mails of the outbox; return how many were tried."""
    return delivery.send_due(app)


def send_reminders(app: Flask) -> int:
    """Write the reminders that are due; return how many."""
    return 0
