import pytest

from tests.factories.pool_facts import cpv_label, demand
from vergabe.pools.describing import covering_cpv
from vergabe.pools.facts import DemandFacts, GroupingSettings, Proposal
from vergabe.pools.grouping import describe


def described(*demands: DemandFacts) -> Proposal:
    return describe(demands, GroupingSettings(), cpv_label)


@pytest.mark.parametrize(
    ("codes", "covering"),
    [
        (["34144210", "34144210"], "34144210"),
        (["34144212", "34144213"], "34144210"),
        (["34144210", "34144000"], "34144000"),
        (["34144210", "34144210", "34144213", "34139100"], "34144210"),
        (["90911200", "90919300"], "90910000"),
        (["55524000", "15894210"], "15894210"),
        (["55524000", "55524000", "15894210"], "55524000"),
        (["34927100", "34144210"], "34144210"),
    ],
)
def test_covering_code_is_the_narrowest_that_covers_most(codes: list[str], covering: str) -> None:
    assert covering_cpv(codes, cpv_label) == covering


def test_covering_code_exists_in_the_list_of_codes() -> None:
    # 7721 15.. and 7721 14.. share 77211, which is a code; 341442 is one, 3414421 needs a zero.
    assert cpv_label(covering_cpv(["77211500", "77211400"], cpv_label)) != ""
    assert covering_cpv(["00000000", "00000000"], cpv_label) == "00000000"


@pytest.mark.parametrize(
    ("titles", "cpv", "title"),
    [
        (("Beschaffung HLF 10", "Kauf HLF 20"), "34144213", "Löschfahrzeuge (HLF)"),
        (("Unterhaltsreinigung Rathaus", "Glasreinigung"), "90911200", "Gebäudereinigung"),
        (("Stromlieferung 2027", "Ökostrom ab 2027"), "09310000", "Strom"),
        (("Büromöbel, Stühle", "Kauf von Büromöbeln"), "39130000", "Büromöbel"),
        (("Holzhäcksler", "Lieferung eines Holzhäckslers"), "03410000", "Holz (Holzhäcksler)"),
        (("Defibrillatoren", "Kauf von Defibrillatoren"), "33182100", "Defibrillator"),
        (("Los 1", "Los 2"), "33182100", "Defibrillator"),
    ],
)
def test_title_says_plainly_what_the_pool_is_about(
    titles: tuple[str, str], cpv: str, title: str
) -> None:
    found = described(demand(titles[0], "Jülich", cpv), demand(titles[1], "Inden", cpv))
    assert found.title == title


def test_title_is_never_a_whole_list_of_things() -> None:
    cpv = "90500000"  # Dienstleistungen im Zusammenhang mit Siedlungs- und anderen Abfällen
    one = described(
        demand("Altholz", "Jülich", cpv), demand("Altholz aus Haushalten", "Inden", cpv)
    )
    assert one.title == "Altholz (Dienstleistungen im Zusammenhang mit Siedlungs- und …)"
    two = described(demand("Altholz, Asche", "Jülich", cpv), demand("Asche, Altholz", "Inden", cpv))
    assert two.title == "Altholz, Asche"


def test_demands_without_any_word_have_a_title() -> None:
    found = described(demand("", "Jülich", "00000000"), demand(" ", "Inden", "00000000"))
    assert found.title == "Bündelung"


def test_narrower_subject_names_the_pool() -> None:
    found = described(
        demand("Schülerbeförderung", "Jülich", "60130000"),
        demand("Schulbusfahrten", "Inden", "60130000"),
    )
    assert found.title == "Schülerbeförderung"


def test_link_names_the_nearest_of_another_town_and_what_both_name() -> None:
    first = demand("HLF 10 mit Wärmebildkamera", "Jülich", "34144210")
    twin = demand("HLF 10 mit Wärmebildkamera, zweites", "Jülich", "34144210")
    other = demand("Löschfahrzeug mit Wärmebildkamera", "Inden", "34144000")
    found = described(first, twin, other)
    link = next(link for link in found.links if link.demand_id == first.id)
    assert link.closest_id == other.id
    assert link.cpv_relation == "ein CPV-Code umfasst den anderen"
    assert link.shared_words == ("Löschfahrzeuge", "Wärmebildkamera")
    assert 0 < link.score <= 1


def test_link_of_two_that_share_no_word_says_none() -> None:
    found = described(demand("Altholz", cpv="90500000"), demand("Polymere", "Inden", "24500000"))
    assert [link.shared_words for link in found.links] == [(), ()]
    assert {link.cpv_relation for link in found.links} == {"verschiedene CPV-Abteilungen"}
