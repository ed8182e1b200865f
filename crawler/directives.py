"""What pages ask of robots (meta robots, X-Robots-Tag, rel=nofollow): which links are followed all the same.

Our stance: `nofollow` is kept unless the source says otherwise; `noindex` asks search engines not to list a page and
does not keep us from judging what everybody can read.
"""

import re
from collections.abc import Collection, Iterable

from crawler.items import Page
from crawler.sources import Source

NOFOLLOW = frozenset({"nofollow", "none"})
WORD = re.compile(r"[a-z_-]+")
# `X-Robots-Tag: otherbot: nofollow` speaks to that robot alone; these take a value after their colon.
VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


def links_to_follow(
    source: Source, page: Page, links: Iterable[str], nofollow_links: Collection[str], agent: str
) -> list[str]:
    """Give the links of a page that a visit of this source follows; `agent` is our name in robots' rules."""
    if source.follow_nofollow:
        return list(links)
    tags = (value for name, value in page.headers if name.lower() == "x-robots-tag")
    if any(forbids_following(tag, agent) for tag in tags):
        return []
    left = set(nofollow_links)
    return [link for link in links if link not in left]


def forbids_following(tag: str, agent: str) -> bool:
    """Tell whether one X-Robots-Tag asks this robot not to follow links."""
    named, colon, rest = tag.lower().partition(":")
    name = named.strip()
    if colon and "," not in named and name not in VALUED:
        return name in (agent.lower(), "robots", "*") and _says_nofollow(rest)
    return _says_nofollow(tag)


def _says_nofollow(content: str) -> bool:
    return not NOFOLLOW.isdisjoint(WORD.findall(content.lower()))
