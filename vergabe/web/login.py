"""Login by Flask-Security: passwords, second factor, passkeys, recovery. We write no login code."""

import base64
import hashlib
import re
from typing import Any, Final, NoReturn, cast
from urllib.parse import urlsplit

from flask import Flask, request
from flask_security import (
    MailUtil,
    MfRecoveryForm,
    Security,
    SQLAlchemyUserDatastore,
    TwoFactorVerifyCodeForm,
    uia_email_mapper,
)
from flask_security.babel import FsDomain
from werkzeug.exceptions import BadRequest, NotFound
from wtforms import StringField
from wtforms.validators import DataRequired

from vergabe import clock, outbox, texts
from vergabe.access.model import RoleAssignment, User, WebAuthn
from vergabe.db import db
from vergabe.ids import new_id
from vergabe.settings import Settings
from vergabe.web.login_codes import Codes
from vergabe.web.login_texts import CODE_MISSING, GERMAN, SUBJECTS
from vergabe.web.rights import is_api_request
from vergabe.web.transactions import commits_posts

# Flask-Security commits by itself wherever it changes a person, but not where it only sends a mail.
SENDS_A_MAIL: Final = "security.forgot_password"
WRITES_TO_NOBODY: Final = "security.two_factor_rescue"
"""Help would be asked of the library's default address; ours is a recovery code."""
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half a character, as only JSON can write it."""


class OutboxMailUtil(MailUtil):
    """Mails of the login are rows of the outbox, written in the request's transaction.

    Addresses are looked for as they are stored: what counts attempts sees the same account.
    """

    def send_mail(
        self,
        template: str,
        subject: Any,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        outbox.put(
            db.session(),
            "mail",
            "account_mail",
            str(new_id()),
            {"to": recipient, "subject": str(subject), "body": body or "", "template": template},
            now=clock.now(),
        )

    def normalize(self, email: str) -> str:
        """Return the one spelling under which an account is stored."""
        return super().normalize(email).lower()

    def validate(self, email: str) -> str:
        return super().validate(email).lower()


# Taken here and nowhere else: `init_app` would ignore it without a word.
security = Security(mail_util_cls=OutboxMailUtil, totp_cls=Codes)


def _without_blanks(text: str | None) -> str | None:
    """Return what was typed or pasted without blanks around it."""
    return text.strip() if text else text


class CodeForm(TwoFactorVerifyCodeForm):
    """The code of the second factor, with a German sentence when it is missing."""

    code = StringField(validators=[DataRequired(CODE_MISSING)])


class RecoveryForm(MfRecoveryForm):
    """A recovery code; one that was pasted with a blank counts."""

    code = StringField(validators=[DataRequired(CODE_MISSING)], filters=[_without_blanks])


class ReadersLanguage(FsDomain):
    """What the login says, in the reader's language: its sentences are translated like ours."""

    def gettext(self, string: str, **variables: Any) -> str:
        return texts.gettext(str(string), **variables)


def _recovery_key(secret_key: str) -> bytes:
    """Return the key of stored recovery codes: who has the database alone has none of them."""
    digest = hashlib.sha256(f"recovery codes {secret_key}".encode()).digest()
    return base64.urlsafe_b64encode(digest)


def init_app(app: Flask, settings: Settings) -> None:
    """Set Flask-Security up; its pages use our templates in `templates/security/`."""
    _configure(app, settings)
    # Rights are role assignments per organisation; Flask-Security's own roles stay unused.
    datastore = SQLAlchemyUserDatastore(db, User, cast(Any, RoleAssignment), WebAuthn)
    security.init_app(
        app,
        datastore,
        two_factor_verify_code_form=CodeForm,
        mf_recovery_form=RecoveryForm,
    )
    _leave_api_alone()
    # The library's tokens open every page, never end and stand in no list: only ours count.
    security.login_manager.request_loader(lambda _request: None)
    app.before_request(_refuse_garbage)
    security.i18n_domain = ReadersLanguage(app)  # type: ignore[no-untyped-call]  # the library's
    app.view_functions[WRITES_TO_NOBODY] = _closed
    app.view_functions[SENDS_A_MAIL] = commits_posts(app.view_functions[SENDS_A_MAIL])


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.secret_key,
        # Compared as it is: OutboxMailUtil has made it lower case, as it is stored and indexed.
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": uia_email_mapper}}],
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_DATETIME_FACTORY=clock.now,
        SECURITY_LOGIN_URL="/anmelden",
        SECURITY_LOGOUT_URL="/abmelden",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_RECOVERABLE=True,
        SECURITY_RESET_URL="/passwort-vergessen",
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/passwort-aendern",
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_SETUP_URL="/zweiter-faktor",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/zweiter-faktor/code",  # noqa: S106  # an address
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_RESCUE_URL="/zweiter-faktor/hilfe",
        SECURITY_TWO_FACTOR_SELECT_URL="/zweiter-faktor/auswahl",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=[_recovery_key(settings.secret_key)],
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL="/zweiter-faktor/wiederherstellungscodes",
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/zweiter-faktor/wiederherstellung",
        SECURITY_VERIFY_URL="/anmelden/bestaetigen",
        SECURITY_TOTP_SECRETS={"1": settings.secret_key},
        SECURITY_TOTP_ISSUER="Vergabe",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_POST_LOGIN_VIEW="home.start",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_POST_RESET_VIEW="/anmelden",
        SECURITY_POST_CHANGE_VIEW="/konto",
        SECURITY_EMAIL_SENDER=settings.mail_from,
        # Whether an address exists is asked of no name server: it may be slow, or out of reach.
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_EMAIL_PLAINTEXT=True,
        SECURITY_EMAIL_HTML=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_ANONYMOUS_USER_DISABLED=False,
        SECURITY_STATIC_FOLDER_URL=None,
        # Its way of writing them is understood by no cache; ours stand in `headers`.
        SECURITY_CACHE_CONTROL={},
        SECURITY_REDIRECT_ALLOW_SUBDOMAINS=False,
    )
    app.config.update(
        {
            f"SECURITY_MSG_{key}": (sentence, category)
            for key, (sentence, category) in GERMAN.items()
        }
    )
    app.config.update({f"SECURITY_{key}": subject for key, subject in SUBJECTS.items()})


def _closed() -> NoReturn:
    raise NotFound


def _refuse_garbage() -> None:
    """Refuse what the library does not expect: JSON that is no form, a next page that is none.

    It would take a list as the first of its values, and break on most other things.
    """
    if not (request.endpoint or "").startswith("security."):
        return
    # Asked of the body itself: one that comes in chunks does not tell its length.
    body = request.get_json() if request.is_json and request.get_data() else {}
    if not isinstance(body, dict) or not all(map(_is_field, body.values())):
        raise BadRequest
    given = (body.get("next"), request.form.get("next"), request.args.get("next"))
    if not all(map(_is_address, given)):
        raise BadRequest


def _is_address(value: str | bool | None) -> bool:
    if isinstance(value, bool):
        return False
    try:
        urlsplit(value or "")
    except ValueError:
        return False
    return True


def _is_field(value: object) -> bool:
    if isinstance(value, str):
        return not _HALF.search(value)
    return value is None or isinstance(value, bool)


def _leave_api_alone() -> None:
    """Let nobody be looked up by cookie or body where only our own tokens count (`/api/`).

    The library would ask before each request, read its body as JSON for a token of its own, and
    load a person whom no view of the API looks at.
    """
    principal = security.principal
    ask = list(principal.identity_loaders)
    principal.identity_loaders.clear()

    def identity() -> Any:
        if is_api_request():
            return None
        return next(filter(None, (each() for each in ask)), None)

    principal.identity_loader(identity)
