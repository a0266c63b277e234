"""The guard against forged requests (CSRF): what it cannot read is refused like what is forged."""

from typing import Any

from flask_wtf.csrf import CSRFError, CSRFProtect


class Guard(CSRFProtect):  # type: ignore[misc]  # the library has no types
    """The library's guard, without its gap for a Referer that is no address."""

    def protect(self, *args: Any, **wanted: Any) -> None:
        """Raise CSRFError unless the request at hand comes from a form of ours."""
        try:
            super().protect(*args, **wanted)
        except ValueError as error:
            raise CSRFError("The referrer is no address.") from error
