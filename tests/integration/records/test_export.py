import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, messages
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.enquiries.model import Enquiry
from vergabe.files import current
from vergabe.messages.service import Reader
from vergabe.records import contents
from vergabe.records.export import export_zip
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

ADDRESS = "geheim@firma.example"


def exported(session: Session, tender: Tender, actor: Actor | None = None) -> dict[str, bytes]:
    """Return path → bytes of everything in the ZIP."""
    actor = actor or Actor.operator("Betrieb")
    pieces = export_zip(session, current.store(), actor, tender, now=clock.now())
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def unpacked(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        target = folder / name
        assert target.resolve().is_relative_to(folder.resolve())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def verified(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the exported script as an outsider does: a bare Python, nothing of ours importable."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        env={"PYTHONUTF8": "1"},
        cwd="/",
    )


@pytest.fixture
def files(session: Session, tender: Tender) -> dict[str, bytes]:
    return exported(session, tender)


def test_everything_of_the_procedure_is_in_the_file(
    session: Session, tender: Tender, files: dict[str, bytes]
) -> None:
    index = json.loads(files["index.json"])
    assert {entry["path"] for entry in index["files"]} == set(files) - {"index.json"}
    assert index["problems"] == []
    sections = {entry["section"] for entry in index["files"]}
    assert sections == {
        "Bekanntmachungen",
        "Daten",
        "Fassungen",
        "Prüfung",
        "Vergabeakte",
        "Vergabeunterlagen",
    }
    assert b"%PDF-1.7 Leistungsbeschreibung" in files.values()
    assert json.loads(files["fassungen/001.json"])["snapshot"]["reference"] == tender.reference
    gates = json.loads(files["daten/freigaben.json"])
    assert gates
    assert {"key", "title", "is_open", "reasons"} == set(gates[0])
    pool = json.loads(files["daten/buendelung.json"])
    assert {joining["organisation"] for joining in pool["joinings"]} == {
        "Merzenich",
        "Jülich",
        "Kerpen",
    }
    deadlines = json.loads(files["daten/fristen.json"])
    assert {deadline["kind"] for deadline in deadlines} >= {"submission"}
    assert any(name.endswith(".pdf") for name in files if name.startswith("bekanntmachungen/01-"))
    page = files["index.html"].decode()
    assert tender.reference in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("as_folder", [True, False])
def test_script_finds_an_intact_file_intact(
    files: dict[str, bytes], tmp_path: Path, as_folder: bool
) -> None:
    folder = unpacked(files, tmp_path / "akte")
    target = [] if as_folder else [packed(files, tmp_path / "akte.zip")]
    result = verified(folder / "pruefen.py", *target)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Ergebnis: unverändert" in result.stdout
    for chain in json.loads(files["index.json"])["chains"]:
        assert chain["last_hash"] in result.stdout


def _replace(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


def _with_new_file_hash(
    name: str, change: Callable[[list[Any]], None]
) -> Callable[[dict[str, bytes]], None]:
    """Manipulate a chain and cover the track in the index: only the chain itself can tell."""

    def manipulate(files: dict[str, bytes]) -> None:
        entries = [json.loads(line) for line in files[name].splitlines()]
        change(entries)
        files[name] = b"".join(orjson.dumps(entry) + b"\n" for entry in entries)
        index = json.loads(files["index.json"])
        for entry in index["files"]:
            if entry["path"] == name:
                entry["sha256"] = hashlib.sha256(files[name]).hexdigest()
        files["index.json"] = orjson.dumps(index)

    return manipulate


def _say_twice(files: dict[str, bytes]) -> None:
    """Put a second summary before the true one: who reads the file sees it, a program does not."""
    old = files[CHAIN]
    files[CHAIN] = old.replace(b'"summary":', b'"summary":"Etwas anderes","summary":', 1)
    hashes = [hashlib.sha256(content).hexdigest().encode() for content in (old, files[CHAIN])]
    files["index.json"] = files["index.json"].replace(*hashes)


def _reword(entries: list[Any]) -> None:
    entries[0]["summary"] = "Etwas anderes"


def _drop_last(entries: list[Any]) -> None:
    entries.pop()


def _drop_first(entries: list[Any]) -> None:
    entries.pop(0)


def _drop_document(files: dict[str, bytes]) -> None:
    del files[next(name for name in files if name.startswith("unterlagen/"))]


def _add(files: dict[str, bytes]) -> None:
    files["unterlagen/untergeschoben.pdf"] = b"%PDF"


def _break_index(files: dict[str, bytes]) -> None:
    files["index.json"] = b"{}"


CHAIN = "akte/verfahren.jsonl"
MANIPULATIONS: dict[str, tuple[Callable[[dict[str, bytes]], None], str, int]] = {
    "reworded": (_replace(CHAIN, b"Verfahren", b"Vorfahren"), "weicht vom Verzeichnis ab", 1),
    "reworded_and_index": (_with_new_file_hash(CHAIN, _reword), "nachträglich verändert", 1),
    "last_dropped": (_with_new_file_hash(CHAIN, _drop_last), "Ende der Kette", 1),
    "first_dropped": (_with_new_file_hash(CHAIN, _drop_first), "Eintrag 1 fehlt", 1),
    "document_missing": (_drop_document, ": fehlt", 1),
    "file_added": (_add, "hinzugefügt", 1),
    "version_changed": (
        _replace("fassungen/001.json", b"snapshot", b"snapshod"),
        "weicht vom Verzeichnis ab",
        1,
    ),
    "said_twice": (_say_twice, "nicht lesbar", 1),
    "not_json": (_replace(CHAIN, b'{"', b"<<"), "nicht lesbar", 1),
    "index_broken": (_break_index, "nicht lesbar", 2),
}


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_script_finds_manipulations(
    session: Session, tender: Tender, files: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    factory_entries = files[CHAIN].splitlines()
    assert factory_entries
    script = tmp_path / "pruefen.py"
    script.write_bytes(files["pruefen.py"])
    manipulate, sentence, code = MANIPULATIONS[name]
    manipulate(files)
    result = verified(script, packed(files, tmp_path / "akte.zip"))
    assert result.returncode == code, result.stdout + result.stderr
    assert sentence in result.stdout
    assert "Traceback" not in result.stderr


def test_script_names_what_a_damaged_zip_does_not_give_back(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    """One byte of a packed file is another one, as a bad disk or a broken transfer leaves it."""
    script = tmp_path / "pruefen.py"
    script.write_bytes(files["pruefen.py"])
    whole = tmp_path / "akte.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        places = [archive.getinfo(CHAIN).header_offset + 30 + len(CHAIN) + n for n in range(8)]
    for place in places:
        damaged = bytearray(whole.read_bytes())
        damaged[place] ^= 0xFF
        (tmp_path / "kaputt.zip").write_bytes(damaged)
        result = verified(script, tmp_path / "kaputt.zip")
        assert "Traceback" not in result.stderr, result.stderr
        assert result.returncode == 1, result.stdout
        assert f"BEFUND  {CHAIN}" in result.stdout


def test_script_tells_names_that_the_console_does_not_know(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    """Output into a file on Windows has 256 characters, and people add files with any name."""
    folder = unpacked(files | {"unterlagen/Ωmega – Łódź 📄.pdf": b"%PDF"}, tmp_path / "akte")
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _WITH_FEW_CHARACTERS, str(folder / "pruefen.py")],
        capture_output=True,
        timeout=60,
    )
    assert result.stderr == b""
    assert result.returncode == 1
    assert b"hinzugef\xfcgt" in result.stdout
    assert b"\nErgebnis: 1 Befunde" in result.stdout.replace(b"\r", b"")


_WITH_FEW_CHARACTERS = """
import runpy, sys
sys.stdout.reconfigure(encoding="cp1252")
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_addresses_of_others_are_nowhere_in_the_file(session: Session, tender: Tender) -> None:
    messages.message(session, Reader(address=ADDRESS), tender_id=tender.id, subject="Einladung")
    session.add(
        Enquiry(
            tender_id=tender.id,
            address=ADDRESS,
            text="Gilt die DIN?",
            asked_at=clock.now(),
            is_timely=True,
        )
    )
    session.flush()
    files = exported(session, tender)
    told = json.loads(files["daten/nachrichten.json"])
    assert [each["subject"] for each in told if each["reader"] == "address"] == ["Einladung"]
    assert len(told[0]["content_sha256"]) == 64
    assert (
        json.loads(files["daten/fragen.json"])["questions"][0]["asked_by"] == "ohne Registrierung"
    )
    assert not [name for name, content in files.items() if ADDRESS.encode() in content]


def test_member_gets_no_chain_of_others_and_not_who_asked(session: Session, tender: Tender) -> None:
    session.add(
        Enquiry(
            tender_id=tender.id,
            organisation_id=access.supplier(session, "Neugier GmbH").id,
            text="Gilt die DIN?",
            asked_at=clock.now(),
            is_timely=True,
        )
    )
    session.flush()
    actor = access.actor(session, cooperations.town(session, "Kerpen"), Role.AUDITOR)
    files = exported(session, tender, actor)
    lead = exported(session, tender, factory.officer(session, tender))
    assert b"Neugier GmbH" in lead["daten/fragen.json"]
    assert not [name for name, content in files.items() if b"Neugier GmbH" in content]
    streams = [chain["stream"] for chain in json.loads(files["index.json"])["chains"]]
    own = str(actor.organisation_id)
    assert all(stream.endswith(own) for stream in streams if stream.startswith("demands:"))


def test_resolution_of_a_closed_session_stays_with_its_town(
    session: Session, tender: Tender
) -> None:
    jülich = cooperations.town(session, "Jülich")
    cooperations.resolution(
        session, tender.cooperation, jülich, is_public=False, wording="Nur für uns"
    )
    kerpen = access.actor(session, cooperations.town(session, "Kerpen"), Role.AUDITOR)
    assert b"Nur f" not in exported(session, tender, kerpen)["daten/beschluesse.json"]
    own = access.actor(session, jülich, Role.AUDITOR)
    assert "Nur für uns".encode() in exported(session, tender, own)["daten/beschluesse.json"]


def test_damaged_and_missing_files_are_named_and_do_not_end_the_export(
    session: Session, tender: Tender, tmp_path: Path, session_app: Flask
) -> None:
    root = Path(session_app.extensions["vergabe_settings"].files)
    contents_of = [
        factory.document(session, current.store(), tender, title=title, content=title.encode())
        for title in ("Beschädigt", "Verschwunden")
    ]
    damaged, missing = (
        root / document.file_sha256[:2] / document.file_sha256[2:] for document in contents_of
    )
    damaged.write_bytes(b"etwas anderes")
    missing.unlink()
    files = exported(session, tender)
    problems = json.loads(files["index.json"])["problems"]
    assert len(problems) == 2
    result = verified(unpacked(files, tmp_path) / "pruefen.py")
    assert result.returncode == 1
    assert "beschädigt" in result.stdout
    assert "fehlt im Speicher" in result.stdout


def test_names_of_documents_lead_nowhere_else(session: Session, tender: Tender) -> None:
    hostile = {"title": "../../etc/passwd", "file_name": "..\\..\\x<y>.pdf"}
    store = current.store()
    first = factory.document(session, store, tender, content=b"1", **hostile)
    factory.document(session, store, tender, content=b"2", **hostile)
    assert first.title == hostile["title"]
    files = exported(session, tender)
    names = [name for name in files if "passwd" in name]
    assert len(names) == 2
    for name in names:
        assert ".." not in name.split("/")
        assert not set("\\<>\x00") & set(name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("..", "ohne-namen"),
        ("a/b.pdf", "a_b.pdf"),
        ("Größe.pdf", "Größe.pdf"),
        ("", "ohne-namen"),
        # Windows keeps these names for devices, whatever their ending.
        ("Aux.pdf", "_Aux.pdf"),
        ("COM1", "_COM1"),
        ("nul .tar.gz", "_nul .tar.gz"),
        ("Konzept.pdf", "Konzept.pdf"),
        # It drops what it takes for no part of a name, so that the file would not be found again.
        ("x" * 119 + " und mehr", "x" * 119),
        ("x" * 115 + " und mehr.pdf", "x" * 115 + ".pdf"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert contents.safe_name(name) == safe


@pytest.mark.parametrize("sign", ["x", "ä", "漢", "📄"])
def test_long_names_keep_their_ending(sign: str) -> None:
    name = contents.safe_name(sign * 600 + ".pdf")
    assert len(name.encode()) <= 120
    assert name.endswith(f"{sign}.pdf")


def test_page_and_api_give_the_same_zip(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    lead = cooperations.town(session, "Merzenich")
    user = access.person(session, lead, Role.AUDITOR)
    headers = access.bearer(session, user, lead)
    access.log_in(client, user)
    for answer in (
        client.get(f"/akte/verfahren/{tender.id}/akte.zip"),
        client.get(f"/api/v1/tenders/{tender.id}/record/export", headers=headers),
    ):
        assert answer.status_code == 200
        assert answer.mimetype == "application/zip"
        assert f"akte-{tender.reference}.zip" in answer.headers["Content-Disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert json.loads(archive.read("index.json"))["exported_for"] == "Merzenich"
