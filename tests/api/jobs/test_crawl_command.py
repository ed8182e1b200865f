"""`rxwarden crawl`, as typed: one object a page, by the contract in api/README.md."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import build_app
from api.exceptions import RunLocked
from api.exit_codes import ExitCode
from api.services.models import model_folder
from api.settings import load_settings
from tests.api.jobs.test_cut_off import HOLD
from tests.api.jobs.web import Answer, TinyWeb, html

KEYS = ["url", "final_url", "status", "error", "bytes", "seen", "outcome", "flagged", "case"]
OFFER = "Buy ketamine crystal online, 10 g for 90 dollars, discreet shipping, no prescription needed."
HOURS = "Our bakery is open from eight to six, and on Sundays until noon."
Json = dict[str, object]
Crawl = Callable[..., Result]


@pytest.fixture
def crawl(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small_model: Path) -> Crawl:
    """Run the command on a data folder that holds a model and nothing else."""
    for name in ("RXWARDEN_CONTACT", "RXWARDEN_DEMO", "RXWARDEN_ALLOWED_ADDRESSES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RXWARDEN_DATA", str(tmp_path / "data"))
    settings = load_settings()
    settings.folder.models.mkdir(parents=True)
    shutil.copytree(small_model, model_folder(settings))

    def call(*words: str) -> Result:
        return CliRunner().invoke(build_app(["crawl"]), ["crawl", *words], catch_exceptions=False)

    return call


def objects(result: Result) -> list[Json]:
    """Read the lines of the output."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_page_gives_one_object_with_what_was_found_on_it(crawl: Crawl, web: TinyWeb) -> None:
    web.site("shop", index=OFFER, about=HOURS)
    result = crawl(web.url("shop"), "--allow-address", web.endpoint)
    (page,) = objects(result)
    assert (result.exit_code, list(page)) == (ExitCode.OK, KEYS)
    assert isinstance(page.pop("case"), str)
    assert page == {
        "url": web.url("shop"),
        "final_url": web.url("shop"),
        "status": 200,
        "error": None,
        "bytes": len(web.pages["shop"]["/"].body.encode()),
        "seen": "all",
        "outcome": "violation",
        "flagged": ["illicit_sale"],
    }


def test_links_are_followed_as_deep_and_as_far_as_asked(crawl: Crawl, web: TinyWeb) -> None:
    web.site("wide", **{f"p{number}": HOURS for number in range(6)})
    allowed = ("--allow-address", web.endpoint)
    counts = [
        len(objects(crawl(web.url("wide"), *words, *allowed)))
        for words in ((), ("--depth", "1"), ("--pages", "3"), ("--depth", "1", "--pages", "5"))
    ]
    assert counts == [1, 7, 3, 5]


def test_what_is_refused_or_fails_says_why_and_the_rest_go_on(crawl: Crawl, web: TinyWeb) -> None:
    web.site("shop", index=HOURS)
    web.pages["shop"] |= {
        "/gone": Answer("gone", 410),
        "/inside": Answer(status=302, location="http://10.0.0.1/secret"),
        "/moved": Answer(status=302, location="/"),
    }
    web.pages["closed"] = {"/robots.txt": Answer("User-agent: *\nDisallow: /", content_type="text/plain")}
    asked = [
        "nonsense",
        "file:///etc/passwd",
        "http://gone.invalid/",
        "http://192.168.7.7/",
        "http://8.8.8.8/",
        web.url("closed"),
        *(web.url("shop", path) for path in ("/gone", "/inside", "/moved")),
    ]
    result = crawl(*asked, "--allow-address", web.endpoint)
    by_url = {str(page["url"]): page for page in objects(result)}
    assert (result.exit_code, sorted(by_url)) == (ExitCode.PARTLY_FAILED, sorted(asked))
    reasons = [str(by_url[url]["error"]).partition(":")[0] for url in asked]
    assert reasons == [
        "invalid_url",
        "invalid_url",
        "dns",
        "blocked_address",
        "blocked_address",
        "robots",
        "http_410",
        "blocked_address",
        "None",
    ]
    assert (by_url[asked[-1]]["seen"], by_url[asked[-1]]["final_url"]) == ("all", web.url("shop"))
    assert [by_url[url]["seen"] for url in asked[:-1]] == [None] * 8
    assert by_url[web.url("shop", "/gone")]["status"] == 410


def test_only_the_address_that_was_named_is_let_through(crawl: Crawl, web: TinyWeb) -> None:
    web.site("shop", index=HOURS)
    for allowed in ("127.0.0.2", "127.0.0.1:1", "::1"):
        (page,) = objects(crawl(web.url("shop"), "--allow-address", allowed))
        assert str(page["error"]).startswith("blocked_address: ")
    assert web.asked == []
    assert "let through with --allow-address IP[:PORT]" in crawl(web.url("shop")).stderr
    (page,) = objects(crawl(web.url("shop"), "--allow-address", "10.0.0.1", "--allow-address", "127.0.0.1"))
    assert page["error"] is None


def test_a_url_comes_back_as_it_was_given_and_one_given_twice_once(crawl: Crawl, web: TinyWeb) -> None:
    web.site("shop", index=HOURS)
    bare = web.url("shop").rstrip("/")
    (page,) = objects(crawl(bare, bare, web.url("shop"), "--allow-address", web.endpoint))
    assert (page["url"], page["final_url"]) == (bare, web.url("shop"))


def test_urls_that_lead_to_one_page_all_say_what_was_found_on_it(crawl: Crawl, web: TinyWeb) -> None:
    web.site("shop", index=OFFER)
    doors = [f"/door{number}" for number in range(6)]
    web.pages["shop"] |= {door: Answer(status=302, location="/") for door in doors}
    asked = [web.url("shop", path) for path in (*doors, "/")]
    told = objects(crawl(*asked, "--allow-address", web.endpoint))
    assert sorted(str(page["url"]) for page in told) == sorted(asked)
    assert {(page["seen"], page["outcome"], str(page["flagged"])) for page in told} == {
        ("all", "violation", "['illicit_sale']")
    }
    assert len({page["case"] for page in told}) == 1


def test_what_was_not_seen_is_named_and_never_clear(crawl: Crawl, web: TinyWeb) -> None:
    web.pages["shop"] = {"/": Answer("<html><title>Log in</title><form><input type=password></form></html>")}
    (page,) = objects(crawl(web.url("shop"), "--allow-address", web.endpoint))
    assert page["seen"] not in (None, "all")
    assert page["outcome"] == "unclear"


def test_a_page_is_asked_for_whole_each_time(crawl: Crawl, web: TinyWeb) -> None:
    web.site("shop", index=HOURS)
    for _ in range(2):
        (page,) = objects(crawl(web.url("shop"), "--allow-address", web.endpoint))
        assert page["status"] == 200
    assert web.answered(200) == ["shop/", "shop/"]


def test_a_table_shows_the_same_and_progress_stays_off_the_output(crawl: Crawl, web: TinyWeb) -> None:
    web.pages["shop"] = {"/": Answer(html("shop", OFFER))}
    result = crawl(web.url("shop"), "--allow-address", web.endpoint, "--format", "table")
    assert "illicit_sale" in result.stdout
    assert "one-off: 1 page, 1 new flag" in result.stderr
    assert "one-off: 1 page, 1 new flag" not in result.stdout


@pytest.mark.parametrize("address", ["localhost", "10.0.0.0/8", "127.0.0.1:0"])
def test_an_address_that_is_none_is_a_wrong_call(crawl: Crawl, address: str) -> None:
    result = crawl("http://a.example/", "--allow-address", address)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert "is not an address" in result.stderr.replace("\n", " ")


def test_while_another_run_is_at_work_nothing_is_done(crawl: Crawl, web: TinyWeb, tmp_path: Path) -> None:
    web.site("shop", index=HOURS)
    lock = tmp_path / "data" / "weekly.lock"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunLocked, match=f"a weekly run is at work here already .process {holder.pid}."):
            crawl(web.url("shop"), "--allow-address", web.endpoint)
    assert web.asked == []
