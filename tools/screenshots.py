"""Pictures of the main pages, made anew from the demonstration's data: docs/pictures/*.png.

Usage: python -m tools.screenshots [FOLDER]
"""

import datetime as dt
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from playwright.sync_api import Page
from sqlalchemy import select

from tests.browser import support
from tests.browser.serving import serving
from tests.conftest import MovableClock
from tests.journeys.three_towns import COORDINATOR, FITTING_SUPPLIERS, OFFICER, TOWNS, ThreeTowns
from vergabe.cooperations.model import Cooperation
from vergabe.demo.filling import fill
from vergabe.demo.place import PASSWORD, demo_settings, prepare
from vergabe.pools.model import Pool
from vergabe.tenders.amending import Amendment

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
REQUESTER: Final = "bedarf@merzenich.example"
RELEASER: Final = "kaemmerei@linnich.example"
WIDE, NARROW, HEIGHT = 1280, 390, 900


@dataclass(frozen=True)
class Picture:
    """A page as one person sees it; `path` gets the story's ids; email None: the public."""

    name: str
    email: str | None
    path: str
    width: int = WIDE
    height: int = HEIGHT


# The main pages, each taken wide and as on a phone.
MAIN: Final = (
    Picture("start", OFFICER, "/start"),
    Picture("bedarfe", REQUESTER, "/bedarfe"),
    Picture("bedarf-anlegen", REQUESTER, "/bedarfe/neu"),
    Picture("freigabe", RELEASER, "/bedarfe/freigabe"),
    Picture("bedarfsabfragen", COORDINATOR, "/bedarfe/abfragen"),
    Picture("vorschlaege", COORDINATOR, "/buendelungen?stand=proposed"),
    Picture("buendelung", COORDINATOR, "/buendelungen/{proposal}"),
    Picture("verfahren", OFFICER, "/vergabeverfahren/{tender}"),
    Picture("lose", OFFICER, "/vergabeverfahren/{tender}/lose"),
    Picture("fragen", OFFICER, "/vergabeverfahren/{tender}/fragen"),
    Picture("voraussetzungen", OFFICER, "/vergabeverfahren/{tender}/voraussetzungen"),
    Picture("recht", OFFICER, "/vergabeverfahren/{tender}/recht"),
    Picture("fristen", OFFICER, "/fristen"),
    Picture("suche", None, "/bekanntmachungen"),
    Picture("bekanntmachung", None, "/bekanntmachungen/{reference}"),
    Picture("postfach", FITTING_SUPPLIERS[0], "/postfach"),
    Picture("profil", FITTING_SUPPLIERS[0], "/unternehmen/profil"),
    Picture("zusammenarbeit", COORDINATOR, "/zusammenarbeit/dlz"),
    Picture("akte", OFFICER, "/akte/verfahren/{tender}"),
)
ALL: Final = (
    *MAIN,
    *(replace(each, name=f"{each.name}-schmal", width=NARROW, height=844) for each in MAIN),
)


def tell_story(place: Path) -> ThreeTowns:
    """Return a place in which one tender is published, asked about and amended."""
    moving = MovableClock()
    began = moving.at("2026-10-29T10:00:00+01:00")
    app = prepare(demo_settings(place, base_url="http://127.0.0.1"), keys=("dlz", "emh"))
    fill(app)
    towns = ThreeTowns(app, moving)
    towns.propose()
    towns.consult()
    towns.open_joining()
    for town in TOWNS:
        towns.join(town)
    moving.at(began + dt.timedelta(days=25))
    towns.deliver()
    towns.draft()
    towns.declare_ready()
    towns.publish()
    towns.deliver()
    moving.pass_(days=2)
    towns.ask(FITTING_SUPPLIERS[0], "Ist ein Gerät mit 11,2 Zoll zugelassen?")
    towns.answer("Ist ein Gerät mit 11,2 Zoll zugelassen?", "Ja, Geräte bis 11,5 Zoll.")
    towns.upload("Ergänzung.pdf")
    towns.amend(Amendment(summary="Geräte bis 11,5 Zoll sind zugelassen.", is_substantial=False))
    towns.ask(FITTING_SUPPLIERS[0], "Dürfen Hüllen aus Recyclingkunststoff sein?")
    towns.deliver()
    return towns


def _proposal(towns: ThreeTowns) -> str:
    """Return the id of a pool of these towns that is still a proposal, of the most members."""
    with towns.look() as session:
        mine = select(Cooperation.id).where(Cooperation.key == "dlz")
        found = session.scalars(
            select(Pool).where(Pool.stage == "proposed", Pool.cooperation_id.in_(mine))
        ).all()
        return str(max(found, key=lambda pool: (len(pool.entries), pool.title)).id)


def take(folder: Path, wanted: tuple[Picture, ...] = ALL) -> None:
    """Write every picture into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vergabe-pictures-") as place:
        towns = tell_story(Path(place))
        ids = {
            "proposal": _proposal(towns),
            "tender": str(towns.tender_id),
            "reference": towns.reference,
        }
        with serving(towns.app) as address, support.chromium() as browser:
            for picture in wanted:
                with support.visit(
                    browser, width=picture.width, height=picture.height, base_url=address
                ) as window:
                    if picture.email:
                        log_in(window.page, picture.email)
                    answer = window.page.goto(picture.path.format(**ids))
                    if answer is None or not answer.ok:
                        raise SystemExit(f"{picture.name}: the page is a refusal")
                    file = folder / f"{picture.name}.png"
                    window.page.screenshot(path=file)
                    print(f"{file.name}: {file.stat().st_size // 1000} KB")


def log_in(page: Page, email: str) -> None:
    page.goto("/anmelden")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/anmelden" not in url)


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
