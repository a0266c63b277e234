"""What the DLZ publishes is accepted by official rules at the first try, with facts typed once."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient

from tests import sdk
from tests.browser_forms import Form, forms_of
from tests.factories import access
from tests.journeys.three_towns import DESCRIPTION, LOTS_REASON, OFFICER, ThreeTowns
from vergabe import clock
from vergabe.access.queries import user_by_email
from vergabe.accounts.service import password_hash
from vergabe.exchange import parser
from vergabe.exchange.eforms.official.places import NAMESPACES
from vergabe.files import current
from vergabe.notice_facts import service as facts
from vergabe.notices import queries as notices
from vergabe.tenders import drafting
from vergabe.tenders.amending import Amendment
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender

MOST_TYPED: Final = 25
# What no default can know, by the section of the draft that asks for it.
TYPED: Final[Mapping[str, Mapping[str, str]]] = {
    "beschreibung": {"description": DESCRIPTION},
    "eignung": {"selection_criteria": "Mit dem Angebot: Eigenerklärung zu §§ 123, 124 GWB."},
    "zusammenfassung": {f"lots_joining.{name}": text for name, text in LOTS_REASON.items()},
}


def eforms(dlz: ThreeTowns) -> list[bytes]:
    """Return the eForms document of every notice, the first one first."""
    with dlz.look() as session:
        return [
            current.store().read(document.file_sha256)
            for notice in reversed(notices.notices_of(session, dlz.tender_id))
            for document in notice.documents
            if document.format == "eforms"
        ]


def value(xml: bytes, path: str) -> str:
    root = parser.parse(xml)
    return str(root.xpath(f"string({path})", namespaces=dict(NAMESPACES)))


@pytest.mark.parametrize(
    ("quantities", "subtypes"),
    [(("60", "220", "200"), ["16", "16", "29"]), (("60", "100", "80"), ["E3", "E3", "E4"])],
)
def test_every_notice_of_a_life_is_accepted(
    dlz: ThreeTowns, tmp_path: Path, quantities: tuple[str, str, str], subtypes: list[str]
) -> None:
    dlz.collect_demands(quantities)
    dlz.bind_pool()
    dlz.draft()
    dlz.declare_ready()
    dlz.publish()
    dlz.clock.pass_(days=2)
    dlz.upload("Ergänzung.pdf")
    dlz.amend(Amendment(summary="Geräte bis 11,5 Zoll sind zugelassen.", is_substantial=False))
    dlz.clock.pass_(days=1)
    dlz.cancel("Der Bedarf hat sich so geändert, dass neu geplant werden muss.")
    documents = eforms(dlz)
    assert [value(xml, "//efac:NoticeSubType/cbc:SubTypeCode") for xml in documents] == subtypes
    for xml in documents:
        verdict = sdk.judged(xml, tmp_path)
        assert verdict["valid"], verdict
    first, change, end = documents
    assert len({value(xml, "/*/cbc:ContractFolderID") for xml in documents}) == 1
    before = f"{value(first, '/*/cbc:ID')}-{value(first, '/*/cbc:VersionID')}"
    assert value(change, "//efbc:ChangedNoticeIdentifier") == before
    assert value(change, "//efbc:ProcurementDocumentsChangeIndicator") == "true"
    assert value(end, "//efac:LotResult/cbc:TenderResultCode") == "clos-nw"


def posted(client: FlaskClient, page: str, values: Mapping[str, str]) -> str:
    """Open a page, type some fields into its form, press save; return where that leads."""
    answer = client.get(page)
    assert answer.status_code == 200, page
    form = _form_with(forms_of(answer.get_data(as_text=True)), list(values))
    data = form.data
    for name, text in values.items():
        assert name in form.controls, (page, name)
        data[name] = text
    result = client.post(form.action or page, data=data)
    assert result.status_code == 303, result.get_data(as_text=True)[-4000:]
    return str(result.headers["Location"])


def _form_with(forms: list[Form], names: list[str]) -> Form:
    return next(form for form in forms if all(name in form.controls for name in names))


def test_a_valid_notice_needs_few_typed_fields(
    dlz: ThreeTowns, client: FlaskClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From final demands on: everything that an officer has to type or choose, in real forms."""
    dlz.collect_demands()
    dlz.bind_pool()
    with dlz.acting(OFFICER) as (session, actor):
        user = user_by_email(session, OFFICER)
        assert user is not None
        user.password = password_hash(access.PASSWORD)
        # One click on the pool's page, by the principle that it proposes.
        tender = drafting.draft_tender(
            session, actor, dlz.pool_id, split=Split.REGION, now=clock.now()
        )
        dlz.tender_id = tender.id
    with dlz.look() as session:
        found = user_by_email(session, OFFICER)
        assert found is not None
        access.log_in(client, found)
    base = f"/vergabeverfahren/{dlz.tender_id}"
    typed: list[str] = ["Aufteilung der Lose"]
    for section, values in TYPED.items():
        posted(client, f"{base}/bearbeiten/{section}", values)
        typed += [f"{section}: {name}" for name in values]
    page = client.get(f"{base}/unterlagen").get_data(as_text=True)
    upload = next(form for form in forms_of(page) if "file" in form.controls)
    document = (io.BytesIO(b"%PDF-1.7 Leistungsbeschreibung"), "Leistungsbeschreibung.pdf")
    data = {**upload.data.to_dict(), "file": document}
    sent = client.post(
        upload.action or f"{base}/unterlagen", data=data, content_type="multipart/form-data"
    )
    assert sent.status_code == 303, sent.get_data(as_text=True)[-2000:]
    typed.append("unterlagen: Datei")
    posted(client, f"{base}/bekanntmachung", {})  # looked at, nothing typed
    for page, step in ((base, "bereit"), (f"{base}/veroeffentlichen", "veroeffentlichen")):
        shown = forms_of(client.get(page).get_data(as_text=True))
        form = next(f for f in shown if not f.controls and step in (f.action or page))
        assert client.post(form.action or page, data=form.data).status_code == 303, step
    (xml,) = eforms(dlz)
    assert sdk.judged(xml, tmp_path)["valid"]
    assert len(typed) <= MOST_TYPED
    with capsys.disabled():
        print(
            f"\nGetippte Felder bis zur gültigen Bekanntmachung: {len(typed)}", *typed, sep="\n  "
        )


def test_a_withheld_value_stands_in_no_document(dlz: ThreeTowns, client: FlaskClient) -> None:
    dlz.collect_demands()
    dlz.bind_pool()
    dlz.draft()
    with dlz.acting(OFFICER) as (session, actor):
        edit = {"publishes_value": False}
        facts.edit_facts(session, actor, dlz.tender_id, edit, version=None, now=clock.now())
        tender = session.get_one(Tender, dlz.tender_id)
        cents = tender.estimated_value_net_cents
        lots = [lot.estimated_value_net_cents for lot in tender.lots]
    dlz.declare_ready()
    dlz.publish()
    with dlz.look() as session:
        (notice,) = notices.notices_of(session, dlz.tender_id)
        texts = [
            current.store().read(document.file_sha256).decode()
            for document in notice.documents
            if document.format != "pdf"
        ]
        assert notice.estimated_value_net_cents is None
    page = client.get(f"/bekanntmachungen/{dlz.reference}").get_data(as_text=True)
    assert "nicht genannt" in page
    for number in (cents, *lots):
        for text in (*texts, page):
            assert f"{number // 100}" not in text
            assert f"{number // 100:,}".replace(",", ".") not in text
