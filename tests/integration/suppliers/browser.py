"""Forms as a browser sends them: with the token of the page they stand on."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def csrf(client: FlaskClient, path: str) -> str:
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def post(
    client: FlaskClient, path: str, data: dict[str, Any] | None = None, *, page: str | None = None
) -> TestResponse:
    """Send a form; `page`: where it stands, if not at its own address."""
    return client.post(path, data={"csrf_token": csrf(client, page or path), **(data or {})})
