"""Random terms of lots, lawful in the eyes of the official rules."""

import datetime as dt
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from tests.strategies.eforms_values import (
    URLS,
    instants,
    is_longer_than_four_years,
    plain,
    texts,
)
from vergabe.exchange.eforms.datatypes import Coded, Duration, Fund, Period
from vergabe.exchange.eforms.lots import (
    AwardCriterion,
    CriterionNumber,
    Documents,
    Framework,
    Opening,
    Review,
    SecondStage,
    SelectionCriterion,
    StrategicGoal,
    Terms,
)

TWO_STAGES: Final = ("restricted", "neg-w-call", "comp-dial", "innovation", "oth-mult")
ONE_STAGE: Final = ("open", "oth-single")
SELECTION: Final = (
    "slc-suit-reg-trade",
    "slc-abil-ref-supply",
    "slc-abil-ref-services",
    "slc-stand-to-gen",
    "slc-stand-ins",
    "slc-sche-qu-cert-indep",
)
DETAILS: Final = {
    "env-imp": ("circ-econ", "clim-mitig", "other"),
    "soc-obj": ("gen-eq", "work-cond", "acc-all"),
    "inn-pur": ("mar-nov", "prod-innov"),
}
permissions = st.none() | st.sampled_from(("allowed", "not-allowed", "required"))
# How criteria are given: `plain` is one without a number, `documents` none in the notice.
MODES: Final = (
    "basis",
    "basis",
    "per-mid",
    "dec-exa",
    "poi-exa",
    "ord-imp",
    "fixed",
    "formula",
    "plain",
    "documents",
)
perhaps = st.none() | st.booleans()
SOURCES: Final = ("epo-notice", "epo-procurement-document", "epo-acc-espd-request")


@st.composite
def coded_flags(draw: st.DrawFn, languages: tuple[str, ...], limit: int = 6000) -> Coded | None:
    """`true` with a text, `false`, or nothing said."""
    flag = draw(perhaps)
    if flag is None:
        return None
    return Coded("true", draw(texts(languages, limit))) if flag else Coded("false")


@st.composite
def goals(draw: st.DrawFn, languages: tuple[str, ...]) -> tuple[StrategicGoal, ...]:
    """None said, `none`, or some aims, each once."""
    codes = draw(st.lists(st.sampled_from(sorted(DETAILS)), unique=True, max_size=3))
    if not codes:
        return draw(st.sampled_from(((), (StrategicGoal(code="none"),))))
    return tuple(
        StrategicGoal(
            code=code,
            details=tuple(draw(st.lists(st.sampled_from(DETAILS[code]), unique=True, min_size=1))),
            description=draw(texts(languages)),
        )
        for code in codes
    )


@st.composite
def frameworks(draw: st.DrawFn, languages: tuple[str, ...], period: Period | None) -> Framework:
    """No framework agreement or one of every kind; longer than four years only with a reason."""
    technique = draw(st.sampled_from(("none", "fa-wo-rc", "fa-w-rc", "fa-mix")))
    if technique == "none":
        return Framework(technique="none")
    reason = draw(texts(languages)) if is_longer_than_four_years(period) else None
    return Framework(
        technique=technique,
        participants_maximum=draw(st.none() | st.integers(min_value=1, max_value=99)),
        duration_reason=reason,
        buyer_categories=draw(st.none() | texts(languages)),
    )


def _shares(parts: int, whole: int) -> list[int]:
    """Whole hundredths that add up, such as 33.34, 33.33, 33.33."""
    share, rest = divmod(whole, parts)
    return [share + (place < rest) for place in range(parts)]


@st.composite
def award_criteria(
    draw: st.DrawFn, languages: tuple[str, ...]
) -> tuple[tuple[AwardCriterion, ...], bool]:
    """Criteria of one of the kinds there are, and whether a formula takes the numbers' place."""
    mode = draw(st.sampled_from(MODES))
    if mode == "documents":
        return (), False
    count = 1 if mode == "plain" else draw(st.integers(min_value=1, max_value=6))
    values = {
        "basis": _shares(count, 100_00),
        "per-mid": _shares(count, 100_00),
        "dec-exa": _shares(count, 1_00),
        "poi-exa": [draw(st.integers(min_value=1, max_value=900_00)) for _ in range(count)],
        "ord-imp": [(place + 1) * 100 for place in range(count)],
        "fixed": [draw(st.integers(min_value=1, max_value=10**8)) for _ in range(count)],
        "formula": [0] * count,
        "plain": [0],
    }[mode]
    made = []
    for value in values:
        criterion = AwardCriterion(
            kind=draw(st.sampled_from(("price", "cost", "quality"))),
            name=draw(st.none() | texts(languages, 400)),
            description=draw(texts(languages)),
        )
        made.append(_numbered(criterion, mode, value))
        if mode == "basis" and draw(st.booleans()):
            made[-1] = replace(
                made[-1],
                numbers=(
                    CriterionNumber(list="number-threshold", kind="min-score", hundredths=60),
                ),
            )
    return tuple(made), mode == "formula"


def _numbered(criterion: AwardCriterion, mode: str, value: int) -> AwardCriterion:
    if mode == "basis":
        return replace(criterion, weight_basis_points=value)
    if mode in ("formula", "plain"):
        return criterion
    if mode == "fixed":
        number = CriterionNumber(list="number-fixed", kind="fix-tot", hundredths=value)
    else:
        number = CriterionNumber(list="number-weight", kind=mode, hundredths=value)
    return replace(criterion, numbers=(number,))


@st.composite
def selection(draw: st.DrawFn, languages: tuple[str, ...], stage: SecondStage | None) -> Terms:
    """Selection criteria where they stand in the notice; some narrow the candidates."""
    source = draw(st.sampled_from(SOURCES))
    if source != "epo-notice":
        return Terms(selection_source=source, second_stage=stage)
    codes = draw(st.lists(st.sampled_from(SELECTION), min_size=1, max_size=4))
    narrows = stage is not None and stage.is_successive is True
    made = []
    for place, code in enumerate(codes):
        is_for_second = (place == 0 or draw(st.booleans())) if narrows else None
        numbers = (CriterionNumber(list="number-weight", kind="poi-exa", hundredths=500),)
        made.append(
            SelectionCriterion(
                code=code,
                text=draw(texts(languages)),
                is_for_second_stage=is_for_second,
                numbers=numbers if is_for_second and draw(st.booleans()) else (),
            )
        )
    if stage is not None and not narrows:
        # An upper limit needs criteria that narrow the candidates down.
        stage = replace(stage, maximum=None)
    return Terms(selection_source=source, selection_criteria=tuple(made), second_stage=stage)


@st.composite
def second_stages(draw: st.DrawFn, procedure_type: str) -> SecondStage | None:
    """How many are invited, in two-stage procedures only."""
    if procedure_type not in TWO_STAGES:
        return None
    minimum = draw(st.integers(min_value=5, max_value=8))
    may_skip = draw(st.booleans()) if procedure_type == "neg-w-call" else None
    return SecondStage(
        minimum=minimum,
        maximum=draw(st.none() | st.integers(min_value=minimum, max_value=20)),
        is_successive=draw(perhaps if procedure_type == "restricted" else st.booleans()),
        may_award_without_negotiation=may_skip,
    )


@st.composite
def documents(draw: st.DrawFn) -> Documents:
    """Free for all, or behind a barrier with a reason."""
    languages = tuple(draw(st.lists(st.sampled_from(("DEU", "ENG", "FRA")), unique=True)))
    url = draw(st.sampled_from(URLS))
    if draw(st.integers(min_value=0, max_value=4)):
        return Documents(url=url, languages=languages)
    return Documents(
        url=url, is_restricted=True, restriction_reason="sen-info", languages=languages
    )


@st.composite
def deadlines(
    draw: st.DrawFn, procedure_type: str, sent: dt.date, languages: tuple[str, ...]
) -> Terms:
    """Deadlines that the kind of procedure knows; bids 30 to 60 days after the notice."""
    until = draw(instants(sent, 30, 45))
    earlier = dt.timedelta(minutes=draw(st.integers(min_value=0, max_value=25_000)))
    questions = draw(st.none() | st.just(until - earlier))
    answers = draw(instants(sent, 20, 40))
    common = Terms(enquiries_deadline=questions, answer_deadline=answers)
    if procedure_type in TWO_STAGES:
        invited = sent + dt.timedelta(days=draw(st.integers(min_value=50, max_value=90)))
        return replace(
            common,
            participation_deadline=until,
            # Asked in the light regime as soon as a tool is named.
            interest_deadline=until,
            dispatch_of_invitations_on=draw(st.none() | st.just(invited)),
        )
    opening = None
    if procedure_type == "open":
        opening = Opening(
            at=until + dt.timedelta(minutes=draw(st.integers(min_value=0, max_value=3000))),
            place=draw(st.none() | texts(languages, 1000)),
            description=draw(st.none() | texts(languages)),
        )
    return replace(
        common,
        submission_deadline=until,
        validity=Duration(draw(st.integers(min_value=1, max_value=200)), "DAY"),
        opening=draw(st.none() | st.just(opening)),
    )


@st.composite
def submissions(draw: st.DrawFn, languages: tuple[str, ...]) -> Terms:
    """Electronic, or not with a reason."""
    kind = draw(st.sampled_from(("required", "required", "allowed", "not-allowed")))
    bid_languages = tuple(draw(st.lists(st.sampled_from(("DEU", "ENG")), min_size=1, unique=True)))
    if kind == "not-allowed":
        reason = Coded("phy-mod", draw(texts(languages)))
        return Terms(submission=kind, submission_reason=reason, bid_languages=bid_languages)
    url = draw(st.sampled_from(URLS))
    return Terms(submission=kind, submission_url=url, bid_languages=bid_languages)


@st.composite
def conditions(draw: st.DrawFn, languages: tuple[str, ...]) -> Terms:
    """What bidders and contractors have to do, and what money there is."""
    late = draw(st.sampled_from((None, "late-all", "late-some", "late-none")))
    late_text = draw(texts(languages)) if late in ("late-all", "late-some") else None
    with_funds = draw(st.booleans())
    fund = Fund(
        programme=draw(st.none() | st.sampled_from(("ERDF_2021", "CF_2021"))),
        identifier=draw(plain(100)),
        description=draw(st.none() | texts(languages)),
    )
    auction = draw(st.booleans())
    recurring = draw(perhaps)
    clean = draw(perhaps)
    clearance = draw(coded_flags(languages))
    until = dt.date(2028, 5, 1) if clearance is not None and clearance.code == "true" else None
    return Terms(
        late_documents=Coded(late, late_text) if late else None,
        eu_funds="eu-funds" if with_funds else "no-eu-funds",
        funds=(fund,) * draw(st.integers(min_value=0, max_value=2)) if with_funds else (),
        variants=draw(permissions),
        several_bids=draw(st.none() | st.sampled_from(("allowed", "not-allowed"))),
        guarantee=draw(coded_flags(languages)),
        einvoicing=draw(st.sampled_from(("required", "allowed", "not-allowed"))),
        ecatalogue=draw(st.sampled_from(("required", "allowed", "not-allowed"))),
        eordering=draw(st.booleans()),
        epayment=draw(st.booleans()),
        esignature=draw(perhaps),
        nda=draw(coded_flags(languages)),
        legal_form=draw(coded_flags(languages)),
        financial_terms=draw(st.none() | texts(languages, 1000)),
        staff_names=draw(st.none() | st.sampled_from(("t-requ", "par-requ", "not-requ", "nyk"))),
        conditions=draw(st.none() | texts(languages, 1000)),
        gpa=draw(st.booleans()),
        has_auction=auction,
        auction_text=draw(texts(languages)) if auction else None,
        auction_url=draw(st.sampled_from(URLS)) if auction else None,
        clean_vehicles=clean,
        vehicles_contract="veh-acq" if clean else None,
        is_recurring=recurring,
        recurring_text=draw(texts(languages)) if recurring else None,
        security_clearance=clearance,
        security_clearance_until=until,
        foreign_subsidies=draw(perhaps),
        reserved=("none",),
        reserved_execution=draw(st.sampled_from(("yes", "no", "not-known"))),
        tool_url=draw(st.none() | st.sampled_from(URLS)),
        tool_name=draw(st.none() | plain()),
    )


@st.composite
def reviews(draw: st.DrawFn, languages: tuple[str, ...], body: str, mediator: str | None) -> Review:
    """The chamber, with its periods or whoever knows them, or both."""
    deadlines_text = draw(st.none() | texts(languages))
    information = body if deadlines_text is None else draw(st.sampled_from((None, body)))
    return Review(body=body, information=information, mediator=mediator, deadlines=deadlines_text)
