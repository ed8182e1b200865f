"""Icons of sites: asked for once a host and visit, never a page or a failure, a reason beside others for a link."""

import hashlib

import pytest
from sqlmodel import Session, select

from api.store.queries.similar import list_clusters
from api.store.tables.likeness import HostIcon
from tests.api.jobs.asking import counts, failures
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb, html

JAR = Answer("GIF89a of a jar", content_type="image/gif")
SHA256 = hashlib.sha256(JAR.body.encode()).hexdigest()
MAIL = "Write to jo@harbor.example for all we have."
FILLERS = tuple(f"The harbor wakes at {number}." for number in range(6))


def reasons(session: Session) -> list[tuple[list[str], set[str]]]:
    """Give the sites of each operator with the kinds of the reasons."""
    found = list_clusters(session)
    return [(list(one[1]), {str(why["kind"]) for link in one[2] for why in link.reasons}) for one in found]


def icons(installation: Installation) -> dict[str, HostIcon]:
    """Give the icon of each host."""
    return installation.look(
        lambda session: {row.host.partition(".")[0]: row for row in session.exec(select(HostIcon))}
    )


def asked(web: TinyWeb, path: str) -> list[tuple[str, int]]:
    """Give what was asked for at a path, and how it was answered."""
    return [(place, status) for place, status in web.asked if place.endswith(path)]


@pytest.fixture
def street(web: TinyWeb, installation: Installation) -> Installation:
    """Two sites that mention one mail address on one page of many, and three that have one icon."""
    for name, icon in (("one", "/jar.gif"), ("two", "/favicon.ico"), ("bakery", "/favicon.ico")):
        texts = {f"p{number}": f"{filler} {name}" for number, filler in enumerate(FILLERS)}
        web.site(name, index=f"Welcome to {name}.", news=f"{name}. {MAIL if name != 'bakery' else 'Bread.'}", **texts)
        link = "<link rel='shortcut icon' href=/jar.gif>" if icon == "/jar.gif" else ""
        for answer in web.pages[name].values():
            answer.body = answer.body.replace("<h1>", link + "<h1>")
        web.pages[name][icon] = JAR
        installation.watch(site(web, name, max_pages=8))
    return installation


def test_an_icon_is_a_reason_beside_another_and_none_by_itself(street: Installation, web: TinyWeb) -> None:
    report = street.weekly()
    assert counts(report) == [(name, 8, 0, 0, 0) for name in ("bakery", "one", "two")]
    assert street.look(reasons) == [(["one.localhost", "two.localhost"], {"email", "icon"})]
    assert {host: (row.sha256, row.size, row.detail) for host, row in icons(street).items()} == dict.fromkeys(
        ("one", "two", "bakery"), (SHA256, len(JAR.body), "")
    )
    assert sorted(asked(web, "/jar.gif") + asked(web, "/favicon.ico")) == [
        ("bakery/favicon.ico", 200),
        ("one/jar.gif", 200),
        ("two/favicon.ico", 200),
    ]


def test_a_week_later_only_a_change_is_sent_and_the_sites_part(street: Installation, web: TinyWeb) -> None:
    street.weekly()
    web.pages["two"]["/favicon.ico"] = Answer("GIF89a of a loaf", content_type="image/gif")
    web.forget()
    street.weekly(1)
    assert asked(web, "/jar.gif") + asked(web, "two/favicon.ico") == [("one/jar.gif", 304), ("two/favicon.ico", 200)]
    assert (icons(street)["one"].sha256, icons(street)["two"].sha256 != SHA256) == (SHA256, True)
    assert street.look(reasons) == []


def test_an_icon_that_is_not_had_is_no_failed_page(web: TinyWeb, installation: Installation) -> None:
    web.pages = {
        "none": {"/": Answer(html("None", "Open."))},
        "text": {"/": Answer(html("Text", "Open.")), "/favicon.ico": Answer(html("Not found", "Nothing here."))},
        "huge": {"/": Answer(html("Huge", "Open.")), "/favicon.ico": Answer("GIF89a" + "x" * 300_000)},
        "shut": {
            "/": Answer(html("Shut", "Open.")),
            "/favicon.ico": JAR,
            "/robots.txt": Answer("User-agent: *\nDisallow: /favicon.ico", content_type="text/plain"),
        },
        "away": {"/": Answer(html("Away", "Open.", "<link rel=icon href=http://10.0.0.1/x.ico>"))},
        "said": {"/": Answer(html("Said", "Open.", "<link rel=icon href=data:image/gif;base64,R0lGODlh>"))},
    }
    installation.watch(*(site(web, name) for name in web.pages))
    report = installation.weekly()
    assert counts(report) == [(name, 1, 0, 0, 0) for name in sorted(web.pages)]
    assert (failures(installation), [one.error for one in report.sources]) == ({}, [""] * 6)
    why = {host: row.detail for host, row in icons(installation).items()}
    assert {host: said.partition(":")[0] for host, said in why.items()} == {
        "none": "the server answered 404",
        "text": "it is no image",
        "huge": "too_large",
        "shut": "robots",
        "away": "blocked_address",
    }
    assert {row.sha256 for row in icons(installation).values()} == {""}
