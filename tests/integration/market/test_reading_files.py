"""Files with notices of others: what is whole is stored, what is broken is named."""

import contextlib
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.market import lines, notice_xml, record, tar_gz, zipped
from tests.fuzzing import packages
from vergabe.access.actor import Actor
from vergabe.audit.model import RecordEntry
from vergabe.files import current
from vergabe.market import importing, reading
from vergabe.market.importing import FileReport
from vergabe.market.model import StoredNotice

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

XML = notice_xml()
Read = Callable[..., list[FileReport]]


@pytest.fixture
def read(session: Session) -> Read:
    @contextlib.contextmanager
    def work() -> Iterator[Session]:
        yield session
        session.flush()

    def run(*paths: Path) -> list[FileReport]:
        actor = Actor.operator("Prüfung")
        return list(importing.read_files(paths, current.store(), actor, work=work))

    return run


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StoredNotice)) or 0


def rules_of(report: FileReport) -> list[str]:
    return [finding.rule for finding in report.findings]


def test_every_kind_of_file_is_told_by_its_first_bytes(
    read: Read, session: Session, tmp_path: Path
) -> None:
    plain = tmp_path / "a.dat"
    plain.write_bytes(XML)
    packed = tmp_path / "b.dat"
    packed.write_bytes(gzip.compress(XML))
    files = [
        plain,
        packed,
        tar_gz(tmp_path / "c.dat", {"x/1.xml": XML, "readme.txt": b"hello"}),
        zipped(tmp_path / "d.dat", {"1.xml": XML, "__MACOSX/._1.xml": b"junk"}),
        lines(tmp_path / "e.dat", record()),
        lines(tmp_path / "f.gz", record(portal_id="2", title="Etwas anderes")),
    ]
    reports = read(*files)

    assert [report.read for report in reports] == [1, 1, 1, 1, 1, 1]
    assert [report.refused for report in reports] == [0] * 6
    assert count(session) == 3
    entries = session.scalars(select(RecordEntry).where(RecordEntry.action == "market_read")).all()
    assert len(entries) == 3


def test_broken_pieces_are_named_and_hold_up_nobody(
    read: Read, session: Session, tmp_path: Path
) -> None:
    reports = read(
        tmp_path / "missing.xml",
        tmp_path,
        lines(
            tmp_path / "a.jsonl",
            record(),
            b"{broken",
            b'{"title": "\xff\xfe"}',
            b"[1, 2]",
            b'{"a": NaN}',
            b"",
            b'{"portal": "x", "portal_id": "1"}',
            record(portal_id="2", title="Unterhaltsreinigung"),
        ),
        tar_gz(tmp_path / "b.tar.gz", {"1.xml": b"<a>", "2.xml": XML, "3.xml": b""}),
    )

    assert rules_of(reports[0]) == ["file_unreadable"]
    assert rules_of(reports[1]) == ["file_is_folder"]
    assert reports[2].read == 2
    assert reports[2].refused == 5
    assert [finding.location for finding in reports[2].findings] == [
        "Zeile 2",
        "Zeile 3",
        "Zeile 4",
        "Zeile 5",
        "Zeile 7",
    ]
    assert (reports[3].read, reports[3].refused) == (1, 2)
    for report in reports:
        for finding in report.findings:
            assert finding.message.endswith(".")
            assert finding.remedy
    assert count(session) == 3


def test_names_in_archives_lead_nowhere(read: Read, session: Session, tmp_path: Path) -> None:
    names = ("../../evil.xml", "/etc/evil.xml", "C:\\evil.xml", "a/../../evil.xml")
    reports = read(
        tar_gz(tmp_path / "a.tgz", dict.fromkeys(names, XML)),
        zipped(tmp_path / "b.zip", dict.fromkeys(names, XML)),
        _links(tmp_path / "c.tar.gz"),
    )

    assert [report.read for report in reports] == [0, 0, 0]
    assert all(set(rules_of(report)) == {"member_path"} for report in reports)
    assert count(session) == 0
    assert not list(tmp_path.parent.glob("evil.xml"))


def test_an_entry_without_a_name_holds_up_nobody(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packages.packed({"": XML, "1.xml": XML}))
    assert [report.read for report in read(path)] == [1]


def _links(path: Path) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"{kind.decode()}.xml")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    return path


def test_bombs_are_stopped_before_they_are_unpacked(
    read: Read, session: Session, tmp_path: Path
) -> None:
    huge = b" " * (60 * 1024 * 1024)
    reports = read(
        zipped(tmp_path / "a.zip", {"1.xml": b"<a>" + huge}),
        tar_gz(tmp_path / "b.tgz", {"1.xml": b"<a>" + huge, "2.xml": XML}),
        _packed(tmp_path / "c.gz", b"<a>" + huge),
        _packed(tmp_path / "d.gz", b'{"a": "' + huge + b'"}'),
        _lying_zip(tmp_path / "e.zip"),
    )

    assert [report.read for report in reports] == [0, 0, 0, 0, 0]
    assert rules_of(reports[0]) == ["xml_too_large"]
    assert set(rules_of(reports[1])) <= {"xml_too_large", "archive_too_large"}
    assert rules_of(reports[2]) == ["xml_too_large"]
    assert rules_of(reports[3]) == ["line_too_long"]
    assert len(reports[4].findings) == 1
    assert count(session) == 0


def _packed(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def _lying_zip(path: Path) -> Path:
    """A zip whose directory says that a piece is small while it is not."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.xml", b"<a>" + b" " * 30_000_000)
    size = (30_000_003).to_bytes(4, "little")
    path.write_bytes(content.getvalue().replace(size, (10).to_bytes(4, "little")))
    return path


@pytest.mark.parametrize("kind", ["tar.gz", "zip", "jsonl.gz", "xml.gz"])
def test_a_file_cut_anywhere_never_crashes(read: Read, tmp_path: Path, kind: str) -> None:
    whole = tmp_path / f"a.{kind}"
    members = {"1.xml": XML, "2.xml": XML[:-20]}
    if kind == "tar.gz":
        tar_gz(whole, members)
    elif kind == "zip":
        zipped(whole, members)
    elif kind == "xml.gz":
        _packed(whole, XML)
    else:
        lines(whole, record(), record(portal_id="2"))
    content = whole.read_bytes()
    for end in range(0, len(content), max(1, len(content) // 25)):
        cut = tmp_path / "cut"
        cut.write_bytes(content[:end])
        for piece in reading.read_file(cut):
            if not isinstance(piece, reading.Incoming):
                assert piece.message.endswith(".")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file_empty"),
        (b"  \n\n", "file_empty"),
        (b"%PDF-1.7", "file_kind_unknown"),
        (b"PK\x03\x04 nothing more", "file_damaged"),
        (b"\x1f\x8b nothing more", "file_damaged"),
        (gzip.compress(b"", mtime=0), "file_empty"),
        (b"[{}]", "file_unreadable"),
        ('{"a": 1}'.encode("utf-16"), None),
        (b'<!DOCTYPE a SYSTEM "http://x/y"><a/>', "xml_doctype"),
    ],
)
def test_other_files_give_one_finding(
    read: Read, tmp_path: Path, content: bytes, rule: str | None
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    (report,) = read(path)

    assert report.read == 0
    assert len(report.findings) == 1
    if rule is not None:
        assert rules_of(report) == [rule]


def test_zip_with_a_password_gives_a_finding(read: Read, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"1.xml": XML})
    content = bytearray(path.read_bytes())
    for at in (6, content.rindex(b"PK\x01\x02") + 8):
        content[at] |= 1
    path.write_bytes(content)
    (report,) = read(path)

    assert rules_of(report) == ["member_damaged"]


def test_findings_are_counted_but_not_all_kept(read: Read, tmp_path: Path) -> None:
    (report,) = read(lines(tmp_path / "a.jsonl", *[b"{broken"] * 250))

    assert report.refused == 250
    assert len(report.findings) == importing.MOST_FINDINGS
