"""The application factory: it only wires."""

import logging
from typing import Any

from flask import Flask

from vergabe import registry
from vergabe.db import REPLICA, set_up
from vergabe.engines import Process, engine_options
from vergabe.files.store import FileStore
from vergabe.law import overview, tables
from vergabe.law.errors import LawError
from vergabe.limits import hooks as limits
from vergabe.settings import Settings, SettingsError
from vergabe.uptime import guard, watching
from vergabe.web import (
    api,
    assets,
    formatting,
    headers,
    languages,
    login,
    logs,
    problems,
    replica,
    sections,
    shell,
    transactions,
)
from vergabe.web.forged import Guard
from vergabe.web.proxies import TrustedProxies
from vergabe.web.quick_json import QuickJson
from vergabe.web.session_cookie import KeptSigner

csrf = Guard()


def create_app(settings: Settings | None = None, process: Process = Process.WEB) -> Flask:
    """Return the WSGI application for `settings` (default: those of the environment).

    process: what it is for, which says how long it waits for the database.
    """
    settings = settings or Settings.from_environment()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _use_law_tables(settings)
    app = logs.LoggingFlask("vergabe")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url, process, settings.database),
        SQLALCHEMY_BINDS=_replica(settings),
        MAX_CONTENT_LENGTH=settings.request_limit_bytes,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.is_https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        TESTING=settings.is_testing,
        PROPAGATE_EXCEPTIONS=False,
    )
    # By its class: the login puts a provider of its own on top, which asks the one below.
    app.json_provider_class = QuickJson
    app.session_interface = KeptSigner()
    app.extensions["vergabe_settings"] = settings
    app.extensions["vergabe_files"] = FileStore(settings.files, is_lasting=not settings.is_testing)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]  # as Flask advises
    logs.configure(logging.INFO)
    logs.init_app(app)
    # First of all: in maintenance nothing else may look at a request.
    guard.init_app(app)
    watching.init_app(app)
    limits.init_app(app, settings)
    transactions.init_app(app)
    set_up(app)
    replica.init_app(app, settings.database)
    languages.init_app(app)
    csrf.init_app(app)
    login.init_app(app, settings)
    problems.init_app(app)
    formatting.init_app(app)
    headers.init_app(app)
    assets.init_app(app)
    shell.init_app(app)
    sections.init_app(app)
    api.init_app(app)
    registry.register(app, csrf)
    return app


def _replica(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the engine of the copy that public reads may ask, if there is one."""
    url = settings.database.replica_url
    if url is None:
        return {}
    options = engine_options(url, Process.EXPORT, settings.database, is_replica=True)
    return {REPLICA: {"url": url, **options}}


def _use_law_tables(settings: Settings) -> None:
    """Read the operator's own rows at once: a broken one stops the start, not a procedure."""
    tables.use_folder(settings.law_tables)
    if settings.law_tables is None:
        return
    try:
        overview.all_tables()
    except (LawError, ValueError, KeyError) as error:
        tables.use_folder(None)
        raise SettingsError(f"VERGABE_LAW_TABLES, {settings.law_tables}: {error}") from error
