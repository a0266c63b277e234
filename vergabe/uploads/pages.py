"""Resumable uploads of pages: session and CSRF head."""

from flask import Blueprint

from vergabe.uploads import routes

pages = Blueprint("uploads", __name__)
routes.bind(pages, "/hochladen")
