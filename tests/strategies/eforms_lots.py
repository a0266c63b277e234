"""Random lots: a few patterns, and up to forty lots after them."""

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.strategies import eforms_terms as terms_of
from tests.strategies.eforms_values import CPV, SOCIAL_CPV, amounts, periods, places, plain, texts
from vergabe.exchange.eforms.datatypes import Coded, Duration, Period, Text
from vergabe.exchange.eforms.lots import AwardCriterion, Lot, Renewal, Terms

planning = st.sampled_from((None, None, "00123456-2026", "5b0c4c1e-7d0b-4f6d-8d54-0f8b7f7a1601-02"))
_reserved = st.sampled_from((("none",), ("none",), ("res-ws",)))


@st.composite
def lot_patterns(
    draw: st.DrawFn,
    procedure_type: str,
    sent: dt.date,
    languages: tuple[str, ...],
    roles: Terms,
    *,
    has_cpb: bool,
) -> Lot:
    """A lot as a pattern for several: its number, reference and title come later."""
    # A system for others than the buyers is run by a central purchasing body.
    nlist = ("dps-nlist",) if has_cpb else ()
    nature = draw(st.sampled_from(sorted(CPV)))
    others = [other for other in sorted(CPV) if other != nature]
    period = draw(periods(sent, known=False))
    is_social = draw(st.integers(min_value=0, max_value=5)) == 0
    if is_social:
        nature, period = "services", Period(duration=Duration(36))
        others = ["supplies", "works"]
    stage = draw(terms_of.second_stages(procedure_type))
    criteria, has_formula = draw(terms_of.award_criteria(languages))
    framework = draw(terms_of.frameworks(languages, period))
    terms = _merged(
        draw(terms_of.conditions(languages)),
        draw(terms_of.submissions(languages)),
        draw(terms_of.deadlines(procedure_type, sent, languages)),
        draw(terms_of.selection(languages, stage)),
        roles,
        Terms(
            award_criteria=criteria,
            formula=draw(texts(languages, 1000)) if has_formula else None,
            order_reason=draw(texts(languages)) if _is_ranked(criteria) else None,
            documents=draw(terms_of.documents()),
            framework=framework,
            dynamic_purchasing=draw(st.sampled_from(("none", "none", "dps-list", *nlist))),
            reserved=("res-pub-ser",) if is_social else draw(_reserved),
            review=draw(
                terms_of.reviews(languages, "chamber", "mediator" if roles.evaluator else None)
            ),
        ),
    )
    renewal = Renewal(maximum=draw(st.integers(0, 5)))
    if renewal.maximum:
        renewal = replace(renewal, description=draw(st.none() | texts(languages)))
    return Lot(
        number=1,
        title=draw(texts(languages, 400)),
        description=draw(texts(languages)),
        nature=nature,
        natures_additional=tuple(draw(st.lists(st.sampled_from(others), unique=True, max_size=2))),
        cpv=draw(st.sampled_from(SOCIAL_CPV if is_social else CPV[nature])),
        cpv_additional=tuple(
            draw(st.lists(st.sampled_from(("98000000", "30190000", "45260000")), unique=True))
        ),
        quantity=draw(st.none() | st.just((1250, "TNE"))),
        estimated_value=draw(st.none() | amounts),
        framework_maximum=draw(st.none() | amounts) if framework.technique != "none" else None,
        places=tuple(draw(st.lists(places(languages), min_size=1, max_size=3))),
        period=period,
        renewal=draw(st.none() | st.just(renewal)),
        options=draw(st.none() | texts(languages)),
        goals=draw(terms_of.goals(languages)),
        green_criteria=draw(st.sampled_from(((), ("eu",), ("national", "other")))),
        accessibility=draw(
            st.sampled_from((None, Coded("inc"), Coded("n-inc-just", draw(texts(languages)))))
        ),
        is_sme_suitable=draw(st.none() | st.booleans()),
        further=draw(st.none() | texts(languages, 10000)),
        planning_notice=draw(planning),
        terms=terms,
    )


def _is_ranked(criteria: tuple[AwardCriterion, ...]) -> bool:
    return any(number.kind == "ord-imp" for each in criteria for number in each.numbers)


def _merged(*parts: Terms) -> Terms:
    """Terms of which each part says something of its own."""
    said: dict[str, Any] = {}
    for part in parts:
        said |= {key: value for key, value in vars(part).items() if value not in (None, ())}
    return Terms(**said)


@st.composite
def roles(draw: st.DrawFn) -> Terms:
    """Who receives bids and answers questions: contact points, or organisations themselves."""
    points = st.sampled_from((None, "desk", "office", "buyer-0"))
    return Terms(
        tender_receiver=draw(points),
        information_provider=draw(st.sampled_from(("desk", "office", "buyer-0", "chamber"))),
        documents_provider=draw(points),
        evaluator=draw(st.none() | st.just("office")),
    )


@st.composite
def lots(draw: st.DrawFn, patterns: list[Lot], languages: tuple[str, ...]) -> tuple[Lot, ...]:
    """1 to 40 lots after some patterns; a single one may be number 0."""
    few = st.integers(1, 4)
    count = draw(st.one_of(few, few, st.integers(1, 9), st.integers(1, 40)))
    if count == 1:
        return (replace(patterns[0], number=draw(st.sampled_from((0, 1)))),)
    title = draw(plain(390))
    made = []
    for number in range(1, count + 1):
        pattern = patterns[number % len(patterns)]
        made.append(
            replace(
                pattern,
                number=number,
                reference=f"{number}. {title}"[:60].strip() if number % 3 else None,
                title=Text(tuple((code, f"Los {number} {title}") for code in languages)),
            )
        )
    return tuple(made)
