"""Which sender the settings name; one per process, for it keeps its token and its connections."""

from pathlib import Path

from flask import Flask

from vergabe.notices.senders.doe_http import DoeHttp
from vergabe.notices.senders.file_drop import FileDrop
from vergabe.notices.senders.parcels import Sender
from vergabe.settings import Settings
from vergabe.tenders.outlet import Outlet, OutletKind


def sender_of(settings: Settings) -> Sender | None:
    """Return the sender of these settings, None where notices stay in the house."""
    kind = Outlet.of(settings.notice_sender).kind
    if kind is OutletKind.HTTP:
        return DoeHttp(settings.notice_sender, settings.notice_sender_token or "")
    if kind is OutletKind.FOLDER:
        return FileDrop(Path(settings.notice_sender))
    return None


def sender_for(app: Flask) -> Sender | None:
    """Return the sender of an application, the same at every call."""
    if "vergabe_notice_sender" not in app.extensions:
        app.extensions["vergabe_notice_sender"] = sender_of(app.extensions["vergabe_settings"])
    found: Sender | None = app.extensions["vergabe_notice_sender"]
    return found
