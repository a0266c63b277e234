"""What all tests of this folder begin with."""

from tests.integration.published import tender

__all__ = ["tender"]
