"""Codes of authenticator apps that open once (RFC 6238, section 5.2).

Which were used is counted where limits are: by all processes as one, and forgotten by itself.
"""

from typing import Final, cast

from flask_security import Totp, UserMixin
from passlib.exc import TokenError

from vergabe import clock
from vergabe.access.model import User
from vergabe.limits.hooks import store_here
from vergabe.limits.rules import Limit
from vergabe.limits.store import Wish

ONCE: Final = Limit(1, 600)
"""Longer than a code is taken, before and after its half minute."""


class Codes(Totp):
    """The library's codes; a second use of one is a wrong code."""

    def verify_totp(self, token: str, totp_secret: str, user: UserMixin, window: int = 0) -> bool:
        """Return whether a code is right and was not used before."""
        try:
            match = self._totp.verify(token, totp_secret, window=window)
        except TokenError:
            return False
        store = store_here()
        key = store.key(
            "second_factor.code", f"{cast(User, user).id}\n{totp_secret}\n{match.counter}"
        )
        (grant,) = store.take([Wish(key, ONCE)], now=clock.now())
        return bool(grant.count)
