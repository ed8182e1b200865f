"""Sites are joined by what only one operator would share, and not by what everybody has."""

from collections import Counter

from api.services.operators import MOST_SITES, Operator, find_operators
from api.store.queries.likeness import Sighting

Shown = dict[str, list[str]]


def operators(
    *, pages: int = 1, pages_of: dict[str, int] | None = None, is_contact: bool = True, **marks: list[str]
) -> tuple[Operator, ...]:
    """Group sites of single letters; `phone=["abc", "ab"]` are two telephones on three and two sites."""
    sightings = [
        Sighting(f"{kind}{number}", site, kind, f"{kind} {number}", pages, is_contact)
        for kind, shown in marks.items()
        for number, sites in enumerate(shown)
        for site in sites
    ]
    counted = Counter((one.site, one.kind) for one in sightings)
    return find_operators(sightings, counted, pages_of or {})


def groups(found: tuple[Operator, ...]) -> list[str]:
    return ["".join(one.sites) for one in found]


def test_a_shared_telephone_joins_two_sites_and_is_the_reason():
    (found,) = operators(phone=["ab"])
    assert found.sites == ("a", "b")
    (link,) = found.links
    assert [(reason.kind, reason.shown, reason.sites) for reason in link.reasons] == [("phone", "phone 0", 2)]


def test_links_of_different_kinds_make_one_group_with_a_reason_for_each():
    (found,) = operators(phone=["ab"], wallet=["bc"], tracker=["bc"])
    assert found.sites == ("a", "b", "c")
    assert [(link.site, link.other_site, len(link.reasons)) for link in found.links] == [("a", "b", 1), ("b", "c", 2)]


def test_a_template_and_an_icon_are_not_enough_alone_or_together():
    assert operators(template=["ab"], icon=["ab"]) == ()


def test_an_icon_and_half_of_another_reason_are_enough():
    sites = {"a": 100, "b": 100}
    assert operators(email=["ab"], is_contact=False, pages_of=sites) == ()
    assert groups(operators(email=["ab"], icon=["ab"], is_contact=False, pages=50, pages_of=sites)) == ["ab"]


def test_many_templates_count_as_one():
    assert operators(template=["ab", "ab", "ab", "ab"]) == ()


def test_what_many_sites_have_joins_none_of_them():
    crowd = "".join(chr(0x3400 + number) for number in range(MOST_SITES + 1))
    assert operators(tracker=[crowd]) == ()
    assert operators(tracker=[crowd[:15]]) == ()
    assert groups(operators(tracker=[crowd[:8]])) == [crowd[:8]]


def test_what_a_platform_gives_all_its_sites_joins_none_of_them():
    crowd = "abcdefghijklmno"
    assert operators(tracker=[crowd], icon=[crowd], template=[crowd], email=[crowd], phone=[crowd]) == ()


def test_a_directory_that_lists_everybody_joins_nobody():
    clinics = "abcdefghijklmno"
    assert operators(phone=[clinic + "Z" for clinic in clinics]) == ()


def test_a_newspaper_that_quotes_a_handle_on_one_page_of_many_is_not_the_seller():
    seller = Sighting("k", "shop", "messenger", "@row", 30, True)
    paper = Sighting("k", "paper", "messenger", "@row", 1, False)
    assert find_operators([seller, paper], {}, {"shop": 30, "paper": 400}) == ()
    assert len(find_operators([seller, paper], {}, {"shop": 30, "paper": 3})) == 1


def test_hosts_of_one_site_are_not_joined_with_themselves():
    both = [Sighting("k", "shop", "phone", "1", 3, True), Sighting("k", "shop", "phone", "1", 2, False)]
    assert find_operators(both, {}, {}) == ()


def test_a_site_that_shows_the_marks_of_thousands_costs_no_pairs():
    planted = [sites + "Z" for sites in "abcdefghij"] * 200
    assert operators(email=planted) == ()
