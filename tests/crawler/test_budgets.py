"""The budget of a visit: a trap gets its share, the rest of the site gets the rest."""

from dataclasses import replace

from crawler.budgets import MOST_HOSTS, MOST_OF_A_SHAPE, VisitBudget, admission
from crawler.items import Target
from crawler.sources import SPIDERS, Source

SHOP = Source("shop", "site", ("https://shop.example/",), max_pages=2000)


def admitted(urls: list[str], source: Source = SHOP, taken: tuple[str, ...] = ()) -> int:
    """Count how many of these URLs a visit takes, one after the other."""
    budget = VisitBudget(source, taken)
    return sum(budget.admit(Target(url)) for url in urls)


def test_a_calendar_gets_its_share_and_what_was_taken_before_a_restart_counts() -> None:
    days = [f"https://shop.example/calendar/{year}-01-{day:02}" for year in range(3000) for day in range(28)]
    assert admitted(days) == MOST_OF_A_SHAPE
    assert admitted(days[200:], taken=tuple(days[:150])) == MOST_OF_A_SHAPE - 150
    budget = VisitBudget(SHOP, days[:MOST_OF_A_SHAPE])
    assert not budget.admit(Target(days[-1]))
    assert budget.admit(Target("https://shop.example/about"))


def test_what_a_listing_or_archive_names_is_no_trap_and_what_a_site_leads_to_may_be_one() -> None:
    offers = [Target(f"https://shop.example/offer?id={number}") for number in range(2 * MOST_OF_A_SHAPE)]
    taken = {spider: sum(map(admission(replace(SHOP, spider=spider), ()), offers)) for spider in SPIDERS}
    assert taken == {
        **dict.fromkeys(("site", "sitemap", "url_list"), MOST_OF_A_SHAPE),
        **dict.fromkeys(("feed", "ads", "archive"), len(offers)),
    }


def test_facets_share_the_budget_of_their_path_whatever_they_are_called() -> None:
    names = ["colour", "size", "brand", "sort", "price", "stock", "rating", "page", "view", "origin"]
    keys = [[name for bit, name in enumerate(names) if number >> bit & 1] for number in range(1, 1024)]
    urls = [f"https://shop.example/list?{'&'.join(f'{key}=x' for key in some)}" for some in keys]
    assert admitted(urls) == MOST_OF_A_SHAPE
    budget = VisitBudget(SHOP, urls[:MOST_OF_A_SHAPE])
    assert not budget.admit(Target("https://shop.example/list?new=1"))
    assert budget.admit(Target("https://shop.example/list"))


def test_facets_written_as_folders_share_the_budget_of_their_branch() -> None:
    letters = "abcdefgh"
    urls = [f"https://shop.example/filter/{a}/{b}/{c}" for a in letters for b in letters for c in letters]
    assert admitted(urls) == MOST_OF_A_SHAPE
    products = [f"https://shop.example/products/{a}{b}{c}" for a in letters for b in letters for c in letters]
    assert admitted(products) == len(products)


def test_hosts_without_end_and_one_greedy_host_leave_room_for_the_others() -> None:
    names = [f"https://x{number}.shop.example/" for number in range(500)]
    assert admitted(names) == MOST_HOSTS
    elsewhere = [f"https://landing{number}.example/" for number in range(500)]
    assert admitted(elsewhere) == 500
    greedy = [f"https://blog.shop.example/p{'q' * number}" for number in range(1500)]
    assert admitted(greedy) == SHOP.max_pages // 4
    two = Source("two", "site", ("https://a.example/", "https://b.example/"), max_pages=100)
    assert admitted([f"https://a.example/{'q' * number}" for number in range(99)], two) == 50
    assert admitted([f"https://shop.example/{'q' * number}" for number in range(1000)]) == 1000
