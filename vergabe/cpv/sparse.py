"""scipy's sparse matrices, loaded when the first is made: most processes never suggest a code.

They take as much of the start and of the memory of a web process as a dozen of our packages.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    from scipy import sparse

    return getattr(sparse, name)
