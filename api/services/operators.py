"""Which sites one operator seems to run, and why: marks they share, weighed by how much each says.

A mark says little where many sites have it (a platform's analytics, a popular template), where a site has many of its
kind (a directory lists everybody's telephone), and where it is only mentioned (a newspaper quotes a seller's handle).
Little and little do not add up: one reason has to tell something by itself, for what a platform gives comes together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from api.store.queries.likeness import Sighting

WEIGHTS = {"wallet": 1.0, "phone": 1.0, "email": 1.0, "messenger": 1.0, "tracker": 1.0, "icon": 0.5, "template": 0.4}
"""What a shared mark of a kind says when two sites alone have it; icon and template are not enough together."""

ENOUGH = 0.95
TELLING = 0.5
FEW_SITES = 10
MOST_SITES = 50
FEW_MARKS = 3
MENTIONED = 0.5
OFTEN = 0.2
LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Reason:
    """A mark that two sites share: how it is written, how many sites have it, what it adds to the link."""

    kind: str
    shown: str
    sites: int
    weight: float


@dataclass(frozen=True, slots=True)
class Link:
    """Two sites, in order of their names, and why they belong together, the strongest reason first."""

    site: str
    other_site: str
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> float:
        """What all reasons say together."""
        return sum(reason.weight for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Operator:
    """Sites that hang together by links, and these."""

    sites: tuple[str, ...]
    links: tuple[Link, ...]


def find_operators(
    sightings: Iterable[Sighting], marks_of: Mapping[tuple[str, str], int], pages_of: Mapping[str, int]
) -> tuple[Operator, ...]:
    """Group sites; `marks_of` counts the marks of a site and kind, `pages_of` the pages of a site."""
    pairs: defaultdict[tuple[str, str], list[Reason]] = defaultdict(list)
    for group in _by_key(sightings):
        says = {one.site: _weight(one, len(group), marks_of, pages_of) for one in group}
        telling = sorted(site for site, weight in says.items() if weight >= LEAST)
        for pair in combinations(telling, 2):
            weight = round(min(says[site] for site in pair), 3)
            pairs[pair].append(Reason(group[0].kind, group[0].shown, len(group), weight))
    links = [Link(*pair, _strongest_first(reasons)) for pair, reasons in pairs.items()]
    return _connected([link for link in links if link.weight >= ENOUGH and link.reasons[0].weight >= TELLING])


def _by_key(sightings: Iterable[Sighting]) -> Iterator[list[Sighting]]:
    """The sites of each mark that two to MOST_SITES have, each site once."""
    keys: defaultdict[str, dict[str, Sighting]] = defaultdict(dict)
    for sighting in sightings:
        one = sighting
        if known := keys[one.key].get(one.site):
            one = replace(known, pages=known.pages + one.pages, is_contact=known.is_contact or one.is_contact)
        keys[one.key][one.site] = one
    return (list(sites.values()) for sites in keys.values() if 1 < len(sites) <= MOST_SITES)


def _weight(one: Sighting, sites: int, marks_of: Mapping[tuple[str, str], int], pages_of: Mapping[str, int]) -> float:
    is_own = one.is_contact or one.pages >= OFTEN * pages_of.get(one.site, 1)
    return (
        WEIGHTS[one.kind]
        * min(1.0, FEW_SITES / sites) ** 2
        * min(1.0, FEW_MARKS / max(1, _of_its_kind(one, marks_of)))
        * (1.0 if is_own else MENTIONED)
    )


def _of_its_kind(one: Sighting, marks_of: Mapping[tuple[str, str], int]) -> int:
    """A site has one template a kind of page, which is not a sign that it lists those of others."""
    return 1 if one.kind == "template" else marks_of.get((one.site, one.kind), 1)


def _strongest_first(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Of templates only one counts: a site has as many as kinds of pages, all by the same maker."""
    ordered = sorted(reasons, key=lambda reason: (-reason.weight, reason.kind, reason.shown))
    first = next((reason for reason in ordered if reason.kind == "template"), None)
    return tuple(reason for reason in ordered if reason.kind != "template" or reason is first)


def _connected(links: Sequence[Link]) -> tuple[Operator, ...]:
    leader: dict[str, str] = {}

    def find(site: str) -> str:
        while leader.setdefault(site, site) != site:
            leader[site] = site = leader[leader[site]]
        return site

    for link in links:
        one, other = sorted((find(link.site), find(link.other_site)))
        leader[other] = one
    sites: defaultdict[str, list[str]] = defaultdict(list)
    kept: defaultdict[str, list[Link]] = defaultdict(list)
    for site in sorted(leader):
        sites[find(site)].append(site)
    for link in sorted(links, key=lambda link: (link.site, link.other_site)):
        kept[find(link.site)].append(link)
    return tuple(Operator(tuple(sites[one]), tuple(kept[one])) for one in sites)
