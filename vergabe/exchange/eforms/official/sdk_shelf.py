"""Several versions of the eForms SDK side by side, found by what a notice says of itself."""

from pathlib import Path
from typing import Final, Self

from lxml import etree

from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError

_CBC: Final = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
WITHOUT: Final = (
    "Es ist kein eForms-SDK eingerichtet (VERGABE_EFORMS_SDK). Amtliches XML-Schema und amtliche "
    "Regeln werden deshalb nicht geprüft."
)


class SdkShelf:
    """The SDKs of one place, newest patch of each version; may be empty.

    problems: sentences about folders and zips there that should be an SDK and cannot be used.
    """

    def __init__(self, sdks: tuple[Sdk, ...] = (), problems: tuple[str, ...] = ()) -> None:
        newest: dict[str, Sdk] = {}
        for sdk in sorted(sdks, key=lambda sdk: sdk.order):
            newest[sdk.customization_id] = sdk
        self._sdks = newest
        self.problems = problems

    @classmethod
    def of(cls, place: Path | None) -> Self:
        """Return the SDKs of a folder or zip: one SDK, or a folder that holds several.

        None gives an empty shelf. Raises SdkError, in German, if there is no usable SDK.
        """
        if place is None:
            return cls()
        try:
            return cls((Sdk.open(place),))
        except SdkError as error:
            if error.code != "sdk_none":
                raise
            sdks, problems = _inside(place)
            if sdks:
                return cls(sdks, problems)
            if problems:
                raise SdkError("sdk_unreadable", " ".join(problems)) from None
            raise

    def __len__(self) -> int:
        return len(self._sdks)

    @property
    def sdks(self) -> tuple[Sdk, ...]:
        """All versions, oldest first."""
        return tuple(self._sdks.values())

    @property
    def newest(self) -> Sdk | None:
        """The newest of the EU's versions, None if there is none."""
        european = [sdk for sdk in self.sdks if sdk.customization_id.startswith("eforms-sdk-")]
        return european[-1] if european else None

    def find(self, customization_id: str) -> Sdk | None:
        """Return the SDK for a `cbc:CustomizationID` such as `eforms-sdk-1.14`, or None."""
        return self._sdks.get(customization_id.strip())

    def for_notice(self, root: "etree._Element") -> Sdk:
        """Return the SDK that a notice names.

        A national profile (`eforms-de-2.1`) names the EU's version in `cbc:ProfileID`; that one is
        taken where there is no SDK of the profile itself. Raises SdkError, with a sentence that can
        be shown, if there is none: `sdk_not_configured`, `sdk_version_unknown`.
        """
        if not self._sdks:
            raise SdkError("sdk_not_configured", WITHOUT)
        told = [
            (root.findtext(f"{{{_CBC}}}{name}") or "").strip()
            for name in ("CustomizationID", "ProfileID")
        ]
        for name in told:
            sdk = self.find(name)
            if sdk is not None:
                return sdk
        raise SdkError("sdk_version_unknown", self._unknown(told[0]))

    def _unknown(self, customization_id: str) -> str:
        there = ", ".join(self._sdks)
        if not customization_id:
            return (
                "Die Bekanntmachung nennt keine Version der Regeln (cbc:CustomizationID). "
                f"Bekannt sind: {there}."
            )
        return (
            f"Für die Version „{customization_id[:60]}“, die die Bekanntmachung nennt, ist kein "
            f"eForms-SDK eingerichtet; vorhanden: {there}. Legen Sie das passende SDK in den "
            "Ordner, den VERGABE_EFORMS_SDK nennt."
        )


def _inside(place: Path) -> tuple[tuple[Sdk, ...], tuple[str, ...]]:
    """Return the SDKs among the folders and zips in a folder, and what is wrong with the rest."""
    sdks: list[Sdk] = []
    problems: list[str] = []
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if not path.is_dir() and path.suffix.lower() != ".zip":
            continue
        try:
            sdks.append(Sdk.open(path))
        except SdkError as error:
            if error.code != "sdk_none":  # labels and examples lie there, too
                problems.append(error.message)
    return tuple(sdks), tuple(problems)
