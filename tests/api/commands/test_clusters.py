"""`rxwarden clusters`, as typed: operators and texts of several sites, for programs and for people."""

import json

import pytest
from typer.testing import CliRunner, Result

from api.cli import build_app
from api.settings import load_settings
from api.store.blobs import BlobStore
from api.store.opening import open_store
from tests.api.services.test_clusters import MIRROR, OFFER, SAID, SHOP
from tests.api.world import World


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path) -> World:
    """An installation with a shop and its mirror, not yet compared."""
    monkeypatch.setenv("RXWARDEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RXWARDEN_DEMO", "1")
    settings = load_settings()
    world = World(open_store(settings), BlobStore(settings.folder.blobs))
    world.visit({SHOP: (OFFER, SAID), MIRROR: (OFFER, [])})
    return world


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(["clusters"]), ["clusters", *words], catch_exceptions=False)


def test_each_operator_and_text_is_one_line_for_programs(installed: World) -> None:
    lines = [json.loads(line) for line in run("--anew").output.splitlines()]
    operator, text = lines
    assert (operator["kind"], operator["sites"]) == ("operator", ["mirror.example", "shop.example"])
    (link,) = operator["links"]
    assert link["sites"] == ["mirror.example", "shop.example"]
    assert [(reason["kind"], reason["shown"]) for reason in link["reasons"]] == [("messenger", "Telegram @lanternrow")]
    assert (text["kind"], {page["url"]: page["case"] for page in text["pages"]}) == (
        "text",
        {SHOP: installed.case(SHOP).id, MIRROR: None},
    )


def test_the_table_tells_people_the_same_without_a_link_to_follow(installed: World) -> None:
    table = run("--anew", "--format", "table").output
    assert "mirror[.]example" in table
    assert "Messenger: Telegram @lanternrow" in table
    assert "hxxp://shop[.]example/k" in table
    assert "shop.example" not in table


def test_before_anything_was_compared_there_is_nothing_to_tell(installed: World) -> None:
    assert run().output == ""
    assert run("--format", "table").output == "no operator of several sites is known\nno text stands on several sites\n"
