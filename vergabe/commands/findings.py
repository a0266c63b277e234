"""The shape of what `vergabe doctor` says."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at; level is `ok`, `warning` or `error`."""

    what: str
    level: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
