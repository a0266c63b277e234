"""The public view of a published eForms notice, and the command that shows any notice."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session

from tests import sdk
from tests.factories import tenders
from vergabe.cli import main
from vergabe.files import current
from vergabe.notices import queries
from vergabe.tenders.model import Tender


@pytest.fixture
def tender(session: Session) -> Tender:
    found = tenders.published(session, current.store())
    session.commit()
    return found


def test_public_page_leads_to_the_view_and_the_view_to_its_pdf(
    client: FlaskClient, session: Session, tender: Tender
) -> None:
    (notice,) = queries.notices_of(session, tender.id)
    address = f"/bekanntmachungen/{tender.reference}/{notice.id}/ansicht"
    assert f'href="{address}"' in client.get(f"/bekanntmachungen/{tender.reference}").text
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    tree = html.fromstring(answer.text)
    headings = [h.text_content().strip() for h in tree.iter("h2")]
    assert "Auf einen Blick" in headings
    assert any("– Federführung" in h.text_content() for h in tree.iter("h3"))
    assert len(list(tree.iter("h1"))) == 1
    paper = client.get(f"{address}.pdf")
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")


def test_view_of_a_notice_without_eforms_or_of_none_is_not_there(
    client: FlaskClient, tender: Tender
) -> None:
    address = f"/bekanntmachungen/{tender.reference}/{tender.id}/ansicht"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}.pdf").status_code == 404


def test_command_shows_a_foreign_notice_in_the_terminal_as_page_and_as_pdf(tmp_path: Path) -> None:
    file, page, paper = (tmp_path / name for name in ("notice.xml", "notice.html", "notice.pdf"))
    file.write_bytes(sdk.examples()["can_24_minimal"])
    shown = CliRunner().invoke(main, ["notice", "view", str(file)])
    assert shown.exit_code == 0, shown.output
    assert "Auf einen Blick\n===============" in shown.output
    written = CliRunner().invoke(
        main, ["notice", "view", str(file), "--html", str(page), "--pdf", str(paper)]
    )
    assert written.exit_code == 0, written.output
    assert html.fromstring(page.read_bytes()).findtext(".//h1") == "Bekanntmachung"
    assert paper.read_bytes().startswith(b"%PDF")


def test_command_refuses_what_is_no_notice(tmp_path: Path) -> None:
    file = tmp_path / "x.xml"
    file.write_text("<a/>")
    answer = CliRunner().invoke(main, ["notice", "view", str(file)])
    assert answer.exit_code in (1, 2)
    assert "keine eForms-Bekanntmachung" in answer.output
