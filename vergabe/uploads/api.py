"""Resumable uploads of programs: bearer token, tus protocol 1.0."""

from vergabe.uploads import routes
from vergabe.web.api import ApiBlueprint

api = ApiBlueprint(
    "uploads", __name__, description="Dateien in Stücken hochladen (Protokoll tus 1.0.0)"
)
routes.bind(api, "/uploads")
