import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.factories import access, cooperations, demands
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.demands.model import CallAnswer, CallForDemands, Demand

HELMETS = {
    "title": "40 Feuerwehrhelme",
    "cpv_main": "35113410",
    "estimated_value_net": "45.700,00",
    "needed_from": "2027-03-01",
    "item_rows": "3",
    "items.0.text": "Helm",
    "items.0.quantity": "40",
    "items.0.unit": "Stück",
    "items.0.unit_price_net": "1.142,50",
}


@dataclass
class Desk:
    """A browser without scripts, and people at Jülich, Kerpen and Merzenich."""

    client: FlaskClient
    session: Session
    cooperation: Cooperation
    requester: User
    releaser: User
    neighbour: User
    coordinator: User

    def log_in(self, user: User) -> None:
        # Straight into the session: checking a password is slow on purpose, and tested elsewhere.
        with self.client.session_transaction() as stored:
            stored.clear()
            stored.update({"_user_id": user.fs_uniquifier, "_fresh": True})

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        page = self.client.get("/bedarfe").get_data(as_text=True)
        match = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert match is not None
        return self.client.post(path, data={"csrf_token": match[1], **(data or {})})

    def demands(self) -> list[Demand]:
        self.session.expire_all()
        return list(self.session.scalars(select(Demand).order_by(Demand.id)))

    def town(self, name: str = "Jülich") -> Any:
        return cooperations.town(self.session, name)

    def demand(self, stage: str = "draft", name: str = "Jülich", **more: Any) -> Demand:
        found = demands.demand(self.session, self.cooperation, self.town(name), stage, **more)
        self.session.commit()
        return found

    def call(self) -> CallForDemands:
        found = demands.call(self.session, self.cooperation)
        self.session.commit()
        return found


def text_of(answer: TestResponse) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def desk(client: FlaskClient, session: Session, moving_clock: MovableClock) -> Desk:
    dlz = cooperations.dlz(session)
    towns = {name: cooperations.town(session, name) for name in ("Merzenich", "Jülich", "Kerpen")}
    desk = Desk(
        client,
        session,
        dlz,
        access.person(session, towns["Jülich"], Role.REQUESTER),
        access.person(session, towns["Jülich"], Role.RELEASER),
        access.person(session, towns["Kerpen"], Role.REQUESTER, Role.RELEASER),
        access.person(session, towns["Merzenich"], Role.COORDINATOR, Role.REQUESTER),
    )
    session.commit()
    desk.log_in(desk.requester)
    return desk


def test_demand_is_written_submitted_and_released_by_clicks(desk: Desk) -> None:
    answer = desk.post("/bedarfe/neu", {**HELMETS, "submit": "1"})
    assert answer.status_code == 303, text_of(answer)
    (demand,) = desk.demands()
    assert (demand.stage, demand.value_net_cents) == ("submitted", 4_570_000)
    assert demand.items[0].unit_code == "H87"
    page = desk.get(f"/bedarfe/{demand.id}")
    assert "wartet auf die Freigabe" in text_of(page)
    desk.log_in(desk.releaser)
    assert "40 Feuerwehrhelme" in text_of(desk.get("/bedarfe/freigabe"))
    answer = desk.post("/bedarfe/freigabe", {"demand_ids": str(demand.id), "budget_line": "12.60"})
    assert answer.status_code == 303, text_of(answer)
    (demand,) = desk.demands()
    assert (demand.stage, demand.budget_line) == ("released", "12.60")
    assert "freigegeben" in text_of(desk.get(f"/bedarfe/{demand.id}"))


@pytest.mark.parametrize("is_list", [True, False])
def test_a_demand_that_has_grown_since_the_page_was_loaded_is_not_released(
    desk: Desk, is_list: bool
) -> None:
    demand = desk.demand("submitted")
    desk.log_in(desk.releaser)
    address = "/bedarfe/freigabe" if is_list else f"/bedarfe/{demand.id}"
    seen = desk.get(address).get_data(as_text=True)
    fields = dict(re.findall(r'name="(version[^"]*)" value="(\d+)"', seen))
    assert len(fields) == 1
    demand.title = "Zwei Löschgruppenfahrzeuge"
    desk.session.commit()
    if is_list:
        answer = desk.post(address, {"demand_ids": str(demand.id), **fields})
    else:
        answer = desk.post(f"{address}/freigeben", {"released_net": "450000", **fields})
    assert answer.status_code == 409
    assert "wurde geändert, seit die Seite geladen wurde" in text_of(answer)
    assert desk.demands()[0].stage == "submitted"


def test_form_shows_at_most_eight_inputs_outside_the_folds(desk: Desk) -> None:
    desk.call()
    page = desk.get("/bedarfe/neu").get_data(as_text=True)
    form = page[page.index('id="demand"') :]
    visible = re.sub(r"<details.*?</details>", "", form, flags=re.DOTALL)
    inputs = re.findall(r"<(?:input|select|textarea)[^>]*>", visible)
    shown = [each for each in inputs if 'type="hidden"' not in each]
    assert 5 <= len(shown) <= 8


def test_words_in_the_cpv_field_lead_to_a_choice(desk: Desk) -> None:
    words = {**HELMETS, "cpv_main": "Feuerwehrfahrzeug", "save": "1"}
    answer = desk.post("/bedarfe/neu", words)
    assert answer.status_code == 422
    assert "34144210-3" in answer.get_data(as_text=True)
    assert desk.demands() == []
    chosen = desk.post("/bedarfe/neu", {**words, "cpv_choice": "34144210-3"})
    assert chosen.status_code == 303
    assert desk.demands()[0].cpv == "34144210"


def test_search_button_proposes_codes_and_keeps_what_was_typed(desk: Desk) -> None:
    typed = {"title": "Halb fertig", "cpv_main": "Reinigung", "step": "cpv"}
    answer = desk.post("/bedarfe/neu", typed)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert 'value="9091' in page
    assert 'value="Halb fertig"' in page
    nothing = desk.post("/bedarfe/neu", typed | {"cpv_main": "Quxbarfoo"})
    assert "kein CPV-Code gefunden" in text_of(nothing)


def test_rows_are_added_without_scripts(desk: Desk) -> None:
    answer = desk.post("/bedarfe/neu", {**HELMETS, "step": "rows"})
    page = answer.get_data(as_text=True)
    assert page.count('name="items.7.text"') == 1
    assert 'value="1.142,50"' in page
    assert desk.demands() == []
    more = {**HELMETS, "item_rows": "8", "items.6.text": "Visier", "items.6.quantity": "2"}
    assert desk.post("/bedarfe/neu", {**more, "save": "1"}).status_code == 303
    assert [line.text for line in desk.demands()[0].items] == ["Helm", "Visier"]


def test_error_in_a_later_row_is_shown_at_that_row(desk: Desk) -> None:
    wrong = {"item_rows": "3", "items.2.text": "Visier", "items.2.quantity": "-1"}
    answer = desk.post("/bedarfe/neu", {**HELMETS, **wrong, "save": "1"})
    assert answer.status_code == 422
    assert 'href="#items.2.quantity"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 600}, "title"),
        ({"title": "He\x00lm"}, "title"),
        ({"description": "x" * 20_001}, "description"),
        ({"cpv_main": ""}, "cpv_choice"),
        ({"cpv_main": "00000000"}, "cpv_main"),
        ({"cpv_additional": "00000000"}, "cpv_additional"),
        ({"estimated_value_net": "viel"}, "estimated_value_net"),
        ({"estimated_value_net": "-5"}, "estimated_value_net"),
        ({"estimated_value_net": "9" * 30}, "estimated_value_net"),
        ({"needed_from": "2027-02-31"}, "needed_from"),
        ({"needed_from": "2027-03-01", "needed_until": "2027-02-01"}, "needed_until"),
        ({"needed_until": "9999-12-31"}, "needed_until"),
        ({"nuts": "XX999"}, "nuts"),
        ({"place_postcode": "ABC"}, "place_postcode"),
        ({"nature": "Quatsch"}, "nature"),
        ({"items.0.quantity": "1.234", "items.0.unit": ""}, "items.0.quantity"),
        ({"items.0.quantity": "9" * 40}, "items.0.quantity"),
        ({"items.0.unit": "Krüge"}, "items.0.unit"),
        ({"items.0.unit_price_net": "-1"}, "items.0.unit_price_net"),
        ({"items.0.text": "x" * 1_001}, "items.0.text"),
        ({"area_id": "quatsch"}, None),
        ({"area_id": "00000000-0000-0000-0000-000000000000"}, "area_id"),
        ({"item_rows": "-3"}, None),
        ({"item_rows": "9" * 50}, None),
    ],
)
def test_bad_entry_stays_in_the_form_with_an_error_at_its_field(
    desk: Desk, change: dict[str, str], field: str | None
) -> None:
    answer = desk.post("/bedarfe/neu", {**HELMETS, **change, "save": "1"})
    if field is None:
        assert answer.status_code == 303
        return
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert f'href="#{field}"' in page
    assert f'id="{field}"' in page or field == "area_id"
    assert desk.demands() == []


def test_html_and_decomposed_umlauts_are_kept_as_text(desk: Desk) -> None:
    title = "Mo\u0308bel &amp;amp; <script>alert(1)</script>"
    more = dict.fromkeys(("description", "must_haves", "remarks", "contact"), "<b>fett</b> &lt;")
    assert desk.post("/bedarfe/neu", {**HELMETS, **more, "title": title}).status_code == 303
    (demand,) = desk.demands()
    page = desk.get(f"/bedarfe/{demand.id}").get_data(as_text=True)
    assert "Möbel &amp;amp;amp; &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<b>fett</b>" not in page


def test_somebody_elses_change_is_shown_before_mine_counts(desk: Desk) -> None:
    demand = desk.demand(created_by_id=desk.requester.id)
    path = f"/bedarfe/{demand.id}/bearbeiten"
    version = re.search(r'name="version" value="(\d+)"', desk.get(path).get_data(as_text=True))
    assert version is not None
    mine = {**HELMETS, "title": "Meine Fassung", "version": version[1], "save": "1"}
    colleague = {**HELMETS, "title": "Andere Fassung", "version": version[1], "save": "1"}
    assert desk.post(path, colleague).status_code == 303
    refused = desk.post(path, mine)
    assert refused.status_code == 412
    assert "Andere Fassung" in text_of(refused)
    assert 'value="Meine Fassung"' in refused.get_data(as_text=True)
    again = re.search(r'name="version" value="(\d+)"', refused.get_data(as_text=True))
    assert again is not None
    assert desk.post(path, mine | {"version": again[1]}).status_code == 303
    assert desk.demands()[0].title == "Meine Fassung"


def test_second_click_on_every_button_is_a_sentence_and_no_second_act(desk: Desk) -> None:
    demand = desk.demand()
    path = f"/bedarfe/{demand.id}"
    assert [desk.post(f"{path}/einreichen").status_code for _ in range(2)] == [303, 409]
    assert [desk.post(f"{path}/oeffnen").status_code for _ in range(2)] == [303, 409]
    assert desk.post(f"{path}/einreichen").status_code == 303
    desk.log_in(desk.releaser)
    reason = {"reason": "Haushaltssperre"}
    assert [desk.post(f"{path}/freigeben").status_code for _ in range(2)] == [303, 409]
    back = f"{path}/freigabe-zuruecknehmen"
    assert [desk.post(back, reason).status_code for _ in range(2)] == [303, 409]
    assert [desk.post(f"{path}/ablehnen", reason).status_code for _ in range(2)] == [303, 409]
    assert desk.post("/bedarfe/freigabe", {"demand_ids": str(demand.id)}).status_code == 409
    desk.log_in(desk.requester)
    gone = f"{path}/zurueckziehen"
    answers = [desk.post(gone, reason) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert "nicht möglich" in text_of(answers[1])
    assert desk.demands()[0].stage == "withdrawn"


def test_missing_reason_and_wrong_budget_are_shown_at_their_fields(desk: Desk) -> None:
    demand = desk.demand("submitted")
    desk.log_in(desk.releaser)
    path = f"/bedarfe/{demand.id}"
    rejected = desk.post(f"{path}/ablehnen", {"reason": " "})
    assert (rejected.status_code, "#reject-reason" in rejected.text) == (422, True)
    for amount in ("1,00", "viel", "0"):
        released = desk.post(f"{path}/freigeben", {"released_net": amount})
        assert (released.status_code, "#released_net" in released.text) == (422, True), amount
        assert f'value="{amount}"' in released.text
    assert desk.post("/bedarfe/freigabe", {}).status_code == 422
    assert desk.post("/bedarfe/freigabe", {"demand_ids": "quatsch"}).status_code == 422
    assert desk.demands()[0].stage == "submitted"


def test_release_list_offers_only_what_can_be_released(desk: Desk) -> None:
    ready = desk.demand("submitted", title="Mit Wert")
    no_value = desk.demand("submitted", title="Ohne Wert", items=())
    own = desk.demand("submitted", title="Eigener", submitted_by_id=desk.releaser.id)
    access.person(desk.session, desk.town(), Role.RELEASER)
    desk.session.commit()
    desk.log_in(desk.releaser)
    page = desk.get("/bedarfe/freigabe").get_data(as_text=True)
    assert f'value="{ready.id}"' in page
    assert f'value="{no_value.id}"' not in page
    assert f'value="{own.id}"' not in page
    assert "von Ihnen eingereicht" in page


def test_copy_makes_a_draft_and_leads_to_it(desk: Desk) -> None:
    demand = desk.demand("released")
    answer = desk.post(f"/bedarfe/{demand.id}/kopieren")
    copy = desk.demands()[-1]
    assert answer.location.endswith(str(copy.id))
    assert copy.stage == "draft"


def test_list_is_filtered_and_exported(desk: Desk) -> None:
    desk.demand(title="Möbel", remarks="")
    desk.demand("released", title="=HYPERLINK(1)")
    assert "Möbel" not in text_of(desk.get("/bedarfe?stand=released"))
    assert "Möbel" in text_of(desk.get("/bedarfe?q=MÖBEL"))
    invented = desk.get("/bedarfe?q=MÖBEL&stand=erfunden")
    assert invented.status_code == 422
    assert "Diese Auswahl gibt es nicht" in text_of(invented)
    sheet = desk.get("/bedarfe?q=m%C3%B6bel&als=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.data)).active.values)
    assert [row[0] for row in rows] == ["Bedarf", "Möbel"]
    csv = desk.get("/bedarfe?als=csv").data.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in csv
    assert "450000,00" in csv or "450000" in csv


def test_long_list_is_paged_and_costs_the_same(
    desk: Desk, count_queries: Callable[[], int]
) -> None:
    desk.demand(title="erster")
    count_queries()
    desk.get("/bedarfe")
    few = count_queries()
    for number in range(60):
        demands.demand(desk.session, desk.cooperation, desk.town(), title=f"Bedarf {number}")
    desk.session.commit()
    desk.session.expire_all()
    count_queries()
    page = desk.get("/bedarfe").get_data(as_text=True)
    assert count_queries() <= few + 1
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    assert "erster" in text_of(desk.get(html.unescape(following[1])))


def upload(desk: Desk, content: bytes, name: str = "bedarfe.csv", **more: str) -> TestResponse:
    return desk.post("/bedarfe/einlesen", {"file": (io.BytesIO(content), name), **more})


def test_file_is_checked_imported_and_recognised(desk: Desk) -> None:
    good = "Titel;CPV;Menge;Einheit\nHelme;35113410;40;Stk.\n".encode("cp1252")
    assert "würden gespeichert" in text_of(upload(desk, good, check="1"))
    assert desk.demands() == []
    done = upload(desk, good, submit_all="1")
    assert (done.status_code, desk.demands()[0].stage) == (200, "submitted")
    again = upload(desk, good)
    assert "schon eingelesen" in text_of(again)
    assert len(desk.demands()) == 1


def test_file_with_errors_is_reported_by_cell(desk: Desk) -> None:
    bad = "Titel;CPV;Menge;Einheit\nHelme;35113410;40;Stk.\nMöbel;00000000;-1;Stk.\n".encode()
    answer = upload(desk, bad)
    assert answer.status_code == 422
    assert "Zeile 3" in text_of(answer)
    assert desk.demands() == []


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"", "leer.csv", 422),
        (b"PK\x03\x04kaputt", "kaputt.xlsx", 422),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "alt.xls", 422),
        (b"x;y\n" * 9_000_000, "gross.csv", 413),
    ],
)
def test_file_that_cannot_be_read_is_refused_on_the_page(
    desk: Desk, content: bytes, name: str, status: int
) -> None:
    answer = upload(desk, content, name)
    assert answer.status_code == status
    assert "Datei" in text_of(answer)
    assert desk.post("/bedarfe/einlesen", {}).status_code == 422


def test_template_is_offered(desk: Desk) -> None:
    answer = desk.get("/bedarfe/vorlage.xlsx")
    assert "Vorlage" in answer.headers["Content-Disposition"]
    assert "Bedarfe" in openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames


def test_call_is_made_answered_and_shows_its_rate(desk: Desk) -> None:
    desk.log_in(desk.coordinator)
    entry = {"title": "Helme 2027", "text": "Bitte melden.", "closes_at_day": "2026-12-18"}
    made = desk.post("/bedarfe/abfragen/neu", {**entry, "reminder_days": "7, 3, 1"})
    assert made.status_code == 303, text_of(made)
    call = desk.session.scalars(select(CallForDemands)).one()
    path = f"/bedarfe/abfragen/{call.id}"
    desk.log_in(desk.requester)
    assert "Helme 2027" in text_of(desk.get("/bedarfe"))
    answered = [desk.post(f"{path}/kein-bedarf", {"note": "genug"}) for _ in range(2)]
    assert [each.status_code for each in answered] == [303, 303]
    assert len(desk.session.scalars(select(CallAnswer)).all()) == 1
    member_page = text_of(desk.get(path))
    assert "1 von 3" in member_page
    assert "Merzenich" not in member_page.split("Antworten der Mitglieder")[1]
    desk.log_in(desk.coordinator)
    assert "kein Bedarf" in text_of(desk.get(path))
    assert "33" in text_of(desk.get("/bedarfe/abfragen"))
    moved = {"closes_at_day": "2026-12-20", "closes_at_time": "12:00"}
    assert desk.post(f"{path}/ende", moved).status_code == 303
    assert desk.post(f"{path}/ende", {"closes_at_day": "gestern"}).status_code == 422
    assert desk.post(f"{path}/ende", {}).status_code == 422


def test_demand_for_a_call_is_written_from_its_page(desk: Desk) -> None:
    call = desk.call()
    page = desk.get(f"/bedarfe/neu?abfrage={call.id}").get_data(as_text=True)
    assert f'<option value="{call.id}" selected' in page
    answer = desk.post("/bedarfe/neu", {**HELMETS, "call_id": str(call.id), "submit": "1"})
    assert answer.status_code == 303
    assert desk.demands()[0].call_id == call.id
    refused = desk.post(f"/bedarfe/abfragen/{call.id}/kein-bedarf")
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 600}, "title"),
        ({"text": "a\x00b"}, "text"),
        ({"closes_at_day": "2020-01-01"}, "closes_at"),
        ({"closes_at_day": "bald"}, "closes_at"),
        ({"closes_at_day": ""}, "closes_at"),
        ({"closes_at_time": "25:99"}, "closes_at"),
        ({"closes_at_day": "9999-12-31"}, "closes_at"),
        ({"opens_at_time": "12:00"}, "opens_at"),
        ({"reminder_days": "sieben"}, "reminder_days"),
        ({"reminder_days": "0"}, "reminder_days"),
    ],
)
def test_wrong_call_stays_in_the_form(desk: Desk, change: dict[str, str], field: str) -> None:
    desk.log_in(desk.coordinator)
    entry = {"title": "Helme", "closes_at_day": "2026-12-18", "closes_at_time": "12:00"}
    answer = desk.post("/bedarfe/abfragen/neu", {**entry, **change})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert desk.session.scalars(select(CallForDemands)).all() == []


def test_all_that_is_wrong_with_a_call_is_told_at_once(desk: Desk) -> None:
    desk.log_in(desk.coordinator)
    wrong = {"title": " ", "text": "a\x00b", "opens_at_time": "12:00"}
    answer = desk.post("/bedarfe/abfragen/neu", {**wrong, "reminder_days": "sieben"})
    assert answer.status_code == 422
    for field in ("title", "text", "opens_at", "closes_at", "reminder_days"):
        assert f'href="#{field}"' in answer.text, field


def test_end_of_a_call_in_the_past_is_told_with_whatever_cannot_be_read(desk: Desk) -> None:
    desk.log_in(desk.coordinator)
    entry = {"title": "", "closes_at_day": "2020-01-01", "reminder_days": "sieben"}
    for change, wrong in (
        ({}, ("title", "closes_at", "reminder_days")),
        ({"reminder_days": "0", "title": "x" * 600}, ("title", "closes_at", "reminder_days")),
    ):
        answer = desk.post("/bedarfe/abfragen/neu", {**entry, **change})
        for field in wrong:
            assert answer.text.count(f'href="#{field}"') == 1, field


def test_demand_of_another_member_is_404_on_every_page(desk: Desk) -> None:
    demand = desk.demand("submitted")
    desk.log_in(desk.neighbour)
    path = f"/bedarfe/{demand.id}"
    assert desk.get(path).status_code == 404
    assert desk.get(f"{path}/bearbeiten").status_code == 404
    assert demand.title not in text_of(desk.get("/bedarfe"))
    assert demand.title not in text_of(desk.get("/bedarfe/freigabe"))
    for step in (
        "einreichen",
        "oeffnen",
        "kopieren",
        "freigeben",
        "ablehnen",
        "zurueckziehen",
        "freigabe-zuruecknehmen",
        "bearbeiten",
    ):
        answer = desk.post(f"{path}/{step}", {**HELMETS, "reason": "x"})
        assert answer.status_code == 404, step
    assert desk.post("/bedarfe/freigabe", {"demand_ids": str(demand.id)}).status_code == 404


@pytest.mark.parametrize("typed", ["Übung", "übung", "straße", "STRASSE"])
def test_call_is_found_however_its_umlauts_are_typed(desk: Desk, typed: str) -> None:
    demands.call(desk.session, desk.cooperation, title="Übungspuppen, Lange Straße")
    desk.session.commit()
    desk.log_in(desk.coordinator)
    page = desk.client.get("/bedarfe/abfragen", query_string={"q": typed})
    assert "Übungspuppen" in page.text


def test_call_of_another_cooperation_is_404(desk: Desk) -> None:
    other = cooperations.dlz(
        desk.session, towns=("Linnich", "Inden"), key="andere", reference_prefix="AND"
    )
    call = demands.call(desk.session, other)
    desk.session.commit()
    path = f"/bedarfe/abfragen/{call.id}"
    assert desk.get(path).status_code == 404
    assert desk.get(f"/bedarfe/neu?abfrage={call.id}").status_code == 404
    assert desk.post(f"{path}/kein-bedarf").status_code == 404
    answer = desk.post("/bedarfe/neu", {**HELMETS, "call_id": str(call.id), "save": "1"})
    assert answer.status_code == 404


def test_roles_meet_only_what_is_theirs(desk: Desk) -> None:
    for path in ("/bedarfe/freigabe", "/bedarfe/abfragen/neu"):
        assert desk.get(path).status_code == 403
    desk.log_in(desk.releaser)
    for path in ("/bedarfe/neu", "/bedarfe/einlesen"):
        assert desk.get(path).status_code == 403


def test_member_without_area_is_told_so(desk: Desk) -> None:
    outside = cooperations.town(desk.session, "Niederzier")
    person = access.person(desk.session, outside, Role.REQUESTER)
    desk.session.commit()
    desk.log_in(person)
    for path in ("/bedarfe/neu", "/bedarfe/einlesen"):
        assert "keinem Aufgabengebiet" in text_of(desk.get(path))
    assert desk.post("/bedarfe/neu", {**HELMETS, "save": "1"}).status_code == 422
