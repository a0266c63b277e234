"""Where notices go, as the environment says it; wrong words stop the start with a sentence."""

from pathlib import Path

import pytest

from vergabe.settings import Settings, SettingsError
from vergabe.tenders.outlet import Outlet, OutletKind


def _settings(tmp_path: Path, **more: str) -> Settings:
    environment = {
        "VERGABE_DATA": str(tmp_path),
        "VERGABE_SECRET_KEY": "x" * 40,
        **{f"VERGABE_{name.upper()}": value for name, value in more.items()},
    }
    return Settings.from_environment(environment)


def test_unset_means_a_folder_below_the_data(tmp_path: Path) -> None:
    found = _settings(tmp_path).notice_sender
    assert found == str(tmp_path / "notices-out")
    assert Outlet.of(found).kind is OutletKind.FOLDER


def test_none_means_our_own_platform_only(tmp_path: Path) -> None:
    assert Outlet.of(_settings(tmp_path, notice_sender="none").notice_sender).kind == "none"


def test_an_address_needs_a_token(tmp_path: Path) -> None:
    address = "https://ozg-vermittlungsdienst.example/"
    with pytest.raises(SettingsError, match="VERGABE_NOTICE_SENDER_TOKEN fehlt"):
        _settings(tmp_path, notice_sender=address)
    found = _settings(tmp_path, notice_sender=address, notice_sender_token="geheim")
    assert found.notice_sender == address.rstrip("/")
    assert "geheim" not in repr(found)
    outlet = Outlet.of(found.notice_sender)
    assert (outlet.kind, outlet.environment) == ("http", "ozg-vermittlungsdienst.example")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("http://vermittlungsdienst.example", "https://"),
        ("ftp://vermittlungsdienst.example", "https://"),
        ("https://", "https://"),
        ("https://name:passwort@vermittlungsdienst.example", "darf kein Passwort enthalten"),
    ],
)
def test_what_is_no_way_out_is_refused(tmp_path: Path, setting: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        _settings(tmp_path, notice_sender=setting, notice_sender_token="geheim")
    assert "passwort" not in str(refused.value)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "notices"
    file.write_text("x")
    with pytest.raises(SettingsError, match="Datei statt eines Ordners"):
        _settings(tmp_path, notice_sender=str(file))


def test_this_machine_may_be_asked_without_tls(tmp_path: Path) -> None:
    found = _settings(tmp_path, notice_sender="http://127.0.0.1:8080", notice_sender_token="geheim")
    assert Outlet.of(found.notice_sender).environment == "127.0.0.1:8080"
