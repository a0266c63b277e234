"""The official SDK as data: folder or zip, several versions, what is missing is named."""

import os
from pathlib import Path

import pytest

from tests import sdk as official
from tests.factories import eforms_sdks
from vergabe.commands import checks
from vergabe.exchange import parser
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError
from vergabe.exchange.eforms.official.sdk_shelf import WITHOUT, SdkShelf

pytestmark = pytest.mark.one_database


def refusal_of(place: Path) -> SdkError:
    with pytest.raises(SdkError) as caught:
        Sdk.open(place)
    return caught.value


def told(place: Path | None) -> list[tuple[str, str]]:
    return [(found.level, found.message) for found in checks.official_rules(place)]


def test_zip_is_read_with_the_labels_beside_it() -> None:
    sdk = Sdk.open(official.CORE)
    assert (sdk.version, sdk.customization_id) == ("1.14.2", "eforms-sdk-1.14")
    assert sdk.label("BT-21-Lot") == "Titel"
    assert "Rechtsgrundlage" in (sdk.labels.rule("BR-BT-00001-0259") or "")
    assert (sdk.labels.rule("BR-BT-00001-0259", "en") or "").startswith("If 'Legal basis'")
    assert sdk.missing_parts() == ()


def test_folder_says_the_same_as_the_zip(tmp_path: Path) -> None:
    inner = eforms_sdks.folder(tmp_path / "outer" / "eforms-sdk-1.14.2")
    folder = Sdk.open(inner.parent, official.LABELS)
    assert folder.version == official.sdk().version
    assert folder.fields == official.sdk().fields
    assert folder.code_list("einvoicing").codes == official.sdk().code_list("einvoicing").codes
    assert folder.missing_parts() == ()


def test_without_labels_fields_have_their_english_names(tmp_path: Path) -> None:
    sdk = Sdk.open(eforms_sdks.small_folder(tmp_path / "alone"))
    assert sdk.label("BT-21-Lot") == "Title"
    assert sdk.label("BT-9999") == "BT-9999"
    assert sdk.labels.rule("BR-BT-00001-0259") is None


def test_labels_of_another_version_are_not_taken(tmp_path: Path) -> None:
    sdk = eforms_sdks.small_folder(tmp_path / "eforms-sdk-1.13.3", "eforms-sdk-1.13.3")
    (tmp_path / "eforms-sdk-1.14.2-labels.zip").write_bytes(official.LABELS.read_bytes())
    assert Sdk.open(sdk).label("BT-21-Lot") == "Title"
    (tmp_path / "eforms-sdk-1.13-labels.zip").write_bytes(official.LABELS.read_bytes())
    assert Sdk.open(sdk).label("BT-21-Lot") == "Titel"


def test_every_code_list_is_read_with_german_labels() -> None:
    sdk = official.sdk()
    lists = [sdk.code_list(name) for name in sdk.code_lists]
    assert len(lists) > 200
    assert all(listed.codes for listed in lists)
    einvoicing = sdk.code_list("einvoicing")
    assert (einvoicing.parent, einvoicing.label("required")) == ("permission", "Erforderlich")
    assert set(einvoicing.codes) <= set(sdk.code_list("permission").codes)
    assert einvoicing.label("unknown code") == "unknown code"
    assert sdk.code_list("cpv").label("34144210") == "Feuerwehrfahrzeuge"
    assert "DEA26" in sdk.code_list("nuts")
    with pytest.raises(SdkError, match="keine Codeliste „no-list“"):
        sdk.code_list("no-list")


def test_notice_types_and_fields_are_known() -> None:
    sdk = official.sdk()
    kind = sdk.notice_types["16"]
    assert (kind.notice_type, kind.form_type) == ("cn-standard", "competition")
    assert kind.root_element == "ContractNotice"
    title = sdk.fields["BT-21-Lot"]
    assert (title.bt_id, title.max_length) == ("BT-21", 400)
    assert "16" in title.mandatory
    assert "4" in title.forbidden


def test_two_versions_stand_side_by_side(tmp_path: Path) -> None:
    eforms_sdks.small_folder(tmp_path / "old", "eforms-sdk-1.13.3")
    eforms_sdks.small_folder(tmp_path / "patch", "eforms-sdk-1.14.1")
    (tmp_path / "new.zip").write_bytes(official.CORE.read_bytes())
    (tmp_path / "labels.zip").write_bytes(official.LABELS.read_bytes())
    (tmp_path / "read me.txt").write_text("nothing")
    shelf = SdkShelf.of(tmp_path)
    assert [sdk.version for sdk in shelf.sdks] == ["1.13.3", "1.14.2"]
    assert shelf.problems == ()
    old = shelf.find("eforms-sdk-1.13")
    assert old is not None
    assert old.version == "1.13.3"
    assert shelf.newest is shelf.find("eforms-sdk-1.14")
    notice = official.OWN_NOTICE.read_bytes()
    assert shelf.for_notice(parser.parse(notice)).version == "1.14.2"
    earlier = notice.replace(b"eforms-sdk-1.14", b"eforms-sdk-1.13")
    assert shelf.for_notice(parser.parse(earlier)).version == "1.13.3"


def test_national_profile_is_found_by_the_version_it_is_made_of() -> None:
    shelf = SdkShelf.of(official.CORE)
    german = (
        official.OWN_NOTICE.read_bytes()
        .replace(b">eforms-sdk-1.14<", b">eforms-de-2.1<")
        .replace(
            b"</cbc:CustomizationID>",
            b"</cbc:CustomizationID><cbc:ProfileID>eforms-sdk-1.14</cbc:ProfileID>",
        )
    )
    assert shelf.for_notice(parser.parse(german)).version == "1.14.2"


def test_unknown_version_is_told_with_those_that_are_there() -> None:
    shelf = SdkShelf.of(official.CORE)
    notice = official.OWN_NOTICE.read_bytes().replace(b"eforms-sdk-1.14", b"eforms-sdk-2.0")
    with pytest.raises(SdkError) as caught:
        shelf.for_notice(parser.parse(notice))
    assert caught.value.code == "sdk_version_unknown"
    assert "„eforms-sdk-2.0“" in caught.value.message
    assert "vorhanden: eforms-sdk-1.14" in caught.value.message


def test_without_sdk_it_is_said_what_cannot_be_checked() -> None:
    shelf = SdkShelf.of(None)
    assert len(shelf) == 0
    assert shelf.newest is None
    with pytest.raises(SdkError) as caught:
        shelf.for_notice(parser.parse(official.OWN_NOTICE.read_bytes()))
    assert caught.value.message == WITHOUT


@pytest.mark.parametrize("name", eforms_sdks.ESSENTIAL)
def test_missing_essential_file_is_named(tmp_path: Path, name: str) -> None:
    place = eforms_sdks.small_folder(tmp_path / "sdk")
    (place / name).unlink()
    error = refusal_of(place)
    assert error.code == "sdk_incomplete"
    assert name in error.message
    assert str(place) in error.message


def test_place_that_holds_no_sdk_is_told(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "nowhere").code == "sdk_not_there"
    assert refusal_of(tmp_path).code == "sdk_none"
    assert refusal_of(official.LABELS).code == "sdk_none"
    with pytest.raises(SdkError, match="kein eForms-SDK"):
        SdkShelf.of(tmp_path)


@pytest.mark.parametrize("cut", [0, 1, 100, 100_000])
def test_zip_cut_off_is_told(tmp_path: Path, cut: int) -> None:
    place = tmp_path / "sdk.zip"
    place.write_bytes(official.CORE.read_bytes()[:cut])
    error = refusal_of(place)
    assert error.code == "sdk_zip_unreadable"
    assert str(place) in error.message


def test_damage_inside_a_zip_is_told_when_it_is_read(tmp_path: Path) -> None:
    place = eforms_sdks.zipped(tmp_path / "sdk.zip", keep=lambda name: not name.startswith("sch"))
    content = place.read_bytes()
    at = content.index(b'"sdkVersion"')
    place.write_bytes(content[:at] + b"XXXXXXXX" + content[at + 8 :])
    with pytest.raises(SdkError) as caught:
        Sdk.open(place).notice_types.keys()
    assert caught.value.code in ("sdk_unreadable", "sdk_incomplete")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("fields/fields.json", b'{"sdkVersion" : "eforms-sdk-1.14.2", "fields": [1, 2'),
        ("fields/fields.json", b'{"sdkVersion" : "eforms-sdk-1.14.2", "fields": [{"id": "BT-1"}]}'),
        ("notice-types/notice-types.json", b"[]"),
        ("codelists/codelists.json", b"{}"),
    ],
)
def test_table_of_another_shape_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    place = eforms_sdks.small_folder(tmp_path / "sdk")
    (place / name).write_bytes(content)
    sdk = Sdk.open(place)
    with pytest.raises(SdkError) as caught:
        (sdk.fields, sdk.notice_types, sdk.code_lists)  # noqa: B018  # reading is the act
    assert caught.value.code == "sdk_unreadable"
    assert name in caught.value.message


def test_sdk_without_version_is_told(tmp_path: Path) -> None:
    place = eforms_sdks.small_folder(tmp_path / "sdk")
    (place / "fields" / "fields.json").write_bytes(b"{}")
    assert "nennt keine Version" in refusal_of(place).message


def test_missing_imported_schema_is_named(tmp_path: Path) -> None:
    lost = "schemas/common/UBL-CommonBasicComponents-2.3.xsd"
    place = eforms_sdks.folder(tmp_path / "sdk", keep=lambda name: name != lost)
    sdk = Sdk.open(place)
    assert sdk.missing_parts() == (lost,)
    with pytest.raises(SdkError) as caught:
        schema.findings(parser.parse(official.OWN_NOTICE.read_bytes()), sdk)
    assert caught.value.code == "sdk_incomplete"
    assert lost in caught.value.message


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_zip_is_read_anew_in_a_forked_process() -> None:
    sdk = Sdk.open(official.CORE)
    names = sorted(sdk.files.names())[:40]
    expected = [sdk.files.read(name) for name in names]
    child = os.fork()
    if child == 0:
        os._exit(0 if [sdk.files.read(name) for name in names] == expected else 1)
    assert [sdk.files.read(name) for name in names] == expected
    assert os.waitpid(child, 0)[1] == 0


def test_doctor_reads_and_compiles_the_sdk() -> None:
    ((level, message),) = told(official.FOLDER)
    assert level == "ok"
    assert "1.14.2" in message
    assert "Schemas übersetzt" in message
    assert told(None) == [("warning", WITHOUT)]


def test_doctor_names_what_is_missing_or_damaged(tmp_path: Path) -> None:
    ((level, message),) = told(tmp_path / "nowhere")
    assert (level, "gibt es nicht" in message) == ("error", True)
    place = eforms_sdks.small_folder(tmp_path / "small")
    ((level, message),) = told(place)
    assert level == "error"
    assert "unvollständig" in message
    assert "weitere" in message
    broken = eforms_sdks.folder(tmp_path / "broken")
    (broken / "schemas" / "maindoc" / "UBL-ContractNotice-2.3.xsd").write_bytes(b"<xs:schema")
    ((level, message),) = told(broken)
    assert level == "error"
    assert "UBL-ContractNotice-2.3.xsd" in message


def test_doctor_says_when_the_version_we_write_is_not_there(tmp_path: Path) -> None:
    place = eforms_sdks.folder(tmp_path / "sdk")
    fields = place / "fields" / "fields.json"
    fields.write_bytes(eforms_sdks.as_version(fields.read_bytes(), "eforms-sdk-1.13.3"))
    levels = told(place)
    assert levels[-1][0] == "warning"
    assert "eforms-sdk-1.14" in levels[-1][1]
