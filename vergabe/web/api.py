"""The JSON API's frame: OpenAPI from the code, bearer tokens, ETags, keyset pages."""

import threading
from functools import cache
from http import HTTPStatus
from typing import Any, Final, Protocol, cast

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, current_app, g, request
from flask_smorest import Api, Blueprint
from marshmallow import INCLUDE, fields, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    PreconditionRequired,
    UnsupportedMediaType,
)

from vergabe.errors import Stale
from vergabe.web import versions
from vergabe.web.marks import View
from vergabe.web.paging import MAX_LIMIT
from vergabe.web.schema import Schema

PREFIX: Final = "/api/v1"
KEPT_NOWHERE: Final = {"Cache-Control": "no-store"}
"""Headers of an answer with a secret: not kept for an `Idempotency-Key` either."""


class Decorator(Protocol):
    """A decorator that leaves the type of what it decorates."""

    def __call__(self, view: View, /) -> View: ...


class ViolationSchema(Schema):
    """One reason of a refusal."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    law = fields.String()
    field = fields.String()
    who = fields.String()


class ProblemSchema(Schema):
    """An error (RFC 9457); some have members of their own, such as the report of an import."""

    class Meta(Schema.Meta):
        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    law = fields.String()
    field = fields.String()
    instance = fields.String()
    violations = fields.List(fields.Nested(ViolationSchema))


class QuietApi(Api):  # type: ignore[misc]  # the library has no types
    """flask-smorest without error answers of its own: web.problems gives them all.

    Describing the operations takes as long as the rest of the start; it waits until somebody asks
    for the description.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._undescribed: list[Blueprint] = []
        self._spec: Any = None
        super().__init__()

    @property
    def spec(self) -> Any:
        """The description of all operations registered so far."""
        with self._lock:
            while self._undescribed:
                blueprint = self._undescribed.pop(0)
                blueprint.register_views_in_doc(
                    self, self._app, self._spec, name=blueprint.name, parameters=None
                )
                self._spec.tag({"name": blueprint.name, "description": blueprint.description})
            return self._spec

    @spec.setter
    def spec(self, empty: Any) -> None:
        self._undescribed.clear()
        self._spec = empty

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Register the operations of a capability; they are described when somebody asks."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def _register_responses(self) -> None:
        """Describe a refusal of any status as what it is."""
        content = {"application/problem+json": {"schema": ProblemSchema}}
        phrases = {status.name: status.phrase for status in HTTPStatus if status >= 400}
        for name, phrase in {**phrases, self.DEFAULT_ERROR_RESPONSE_NAME: "Problem"}.items():
            response = {"description": phrase, "content": content}
            self._spec.components.response(name, response, lazy=True)

    def _register_error_handlers(self, *, bp: Any = None) -> None:
        """Leave errors to the application's handlers."""

    def handle_http_exception(self, error: HTTPException) -> Any:
        raise error


api = QuietApi()


class CarefulParser(FlaskParser):
    """The library's parser, without its gaps for JSON.

    What only Python finds too much is refused, and a body that does not say that it is JSON: the
    library takes it for none, so that a change of nothing would be answered with success.
    """

    def _raw_load_json(self, req: Any) -> Any:
        if not req.is_json and (req.content_length or req.get_data(cache=True)):
            raise UnsupportedMediaType
        try:
            return super()._raw_load_json(req)
        except (RecursionError, ValueError) as error:  # depth; a number of thousands of digits
            raise BadRequest from error


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # the library has no types
    """A blueprint of the JSON API below `/api/v1`, with views as plain functions.

    The decorators only repeat the library's, with types.
    """

    ARGUMENTS_PARSER = CarefulParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(f"api_{name}", import_name, url_prefix=PREFIX, description=description)
        self._prepare_doc_cbks.append(_describe_versions)

    def route(self, rule: str, **options: Any) -> Decorator:
        register = super().route(rule, **options)

        def described(view: View) -> View:
            told = vars(view).setdefault("_apidoc", {})
            # What is open to everybody says so: the description asks for a token elsewhere.
            if hasattr(view, "vergabe_public"):
                told["manual_doc"] = {"security": []}
            told["view"] = view
            return cast(View, register(view))

        return cast(Decorator, described)

    def get(self, rule: str, **options: Any) -> Decorator:
        return cast(Decorator, super().get(rule, **options))

    def post(self, rule: str, **options: Any) -> Decorator:
        return cast(Decorator, super().post(rule, **options))

    def put(self, rule: str, **options: Any) -> Decorator:
        return cast(Decorator, super().put(rule, **options))

    def patch(self, rule: str, **options: Any) -> Decorator:
        return cast(Decorator, super().patch(rule, **options))

    def delete(self, rule: str, **options: Any) -> Decorator:
        return cast(Decorator, super().delete(rule, **options))

    def arguments(self, schema: Any, **options: Any) -> Decorator:
        # One for all requests: of a class the library would make a new one for each.
        made = schema() if isinstance(schema, type) else schema
        return cast(Decorator, super().arguments(made, **options))

    def response(self, status_code: Any, schema: Any = None, **options: Any) -> Decorator:
        if schema is None and "content_type" in options:
            # Without a schema the library would describe an answer without any content.
            schema = {"type": "string", "format": "binary"}
        return cast(Decorator, super().response(status_code, schema, **options))

    def _prepare_arguments_doc(self, doc: Any, doc_info: Any, **more: Any) -> Any:
        """Describe form and files of a request as one body; the library knows one of them."""
        parameters = doc_info.get("arguments", {}).get("parameters", [])
        form, files = (
            next((each for each in parameters if each["in"] == place), None)
            for place in ("form", "files")
        )
        if form and files:
            files["schema"] = _as_one(form["schema"].__class__, files["schema"].__class__)()
            parameters.remove(form)
        return super()._prepare_arguments_doc(doc, doc_info, **more)


def _describe_versions(doc: Any, doc_info: Any, **_: Any) -> Any:
    """Describe `If-Match` and `ETag` where the view's code demands or gives a version."""
    if versions.calls(doc_info["view"], require_version):
        is_always = not versions.calls(doc_info["view"], require_version_if_there)
        versions.describe_demand(doc, is_always=is_always)
    if versions.calls(doc_info["view"], give_version):
        versions.describe_gift(doc)
    return doc


@cache
def _as_one(form: type[Schema], files: type[Schema]) -> type[Schema]:
    return type(form.__name__, (form, files), {"__module__": form.__module__})


class PageQuery(Schema):
    """Query of a list: where to go on and how many."""

    cursor = fields.String(load_default=None)
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(
            min=1, max=MAX_LIMIT, error=f"limit muss zwischen 1 und {MAX_LIMIT} liegen."
        ),
    )


def ready(found: dict[str, Any]) -> Response:
    """Return the answer of a view that has written each value as its schema would.

    For lists: asking the schema for each field of each row costs more than reading the rows. The
    schema stays the description, and tests hold both against each other.
    """
    return cast(Response, current_app.json.response(found))


def require_version(current: int) -> None:
    """Compare `If-Match` with an object's version: 428 without the header, 412 if it is stale."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired
    if given.strip().removeprefix("W/").strip('"') != str(current):
        raise Stale


def require_version_if_there(current: int | None) -> None:
    """As `require_version`; None: there is nothing yet that somebody could have changed."""
    if current is not None:
        require_version(current)


def give_version(version: int) -> None:
    """Send the version of the object in the answer as its ETag."""
    g.etag_version = version


def is_api_description(path: str) -> bool:
    return path == f"{PREFIX}/openapi.json"


def decimal_types(_converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Describe decimal numbers: texts in answers, in requests either."""
    if not isinstance(field, fields.Decimal):
        return {}
    types = ["string"] if field.as_string else ["string", "number"]
    return {"type": types + ["null"] * field.allow_none}


def schema_name(schema: Any) -> str:
    """Return the name of a schema in the API's description: its capability and its own name.

    Capabilities name their shapes without knowing of each other (`Item`, `Split`).
    """
    kind = schema if isinstance(schema, type) else type(schema)
    package = kind.__module__.removeprefix("vergabe.").split(".")[0]
    own = kind.__name__.removesuffix("Schema")
    return own if package == "web" else f"{package.title().replace('_', '')}{own}"


def init_app(app: Flask) -> None:
    """Set up OpenAPI and the ETag of answers."""
    app.config.update(
        API_TITLE="Vergabe",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api.init_app(
        app,
        spec_kwargs={
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=schema_name),
            "info": {
                "description": "Gemeinsame Beschaffung von Kommunen. Beträge in Cent, netto; "
                "Zeitpunkte nach ISO 8601 in UTC; Fehler als problem+json (RFC 9457)."
            },
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    )

    api.ma_plugin.converter.add_attribute_function(decimal_types)

    @app.after_request
    def set_etag(response: Response) -> Response:
        version = g.get("etag_version")
        if version is not None and response.status_code < 400:
            response.headers["ETag"] = f'"{version}"'
        return response
