"""The room's README names every module, every field of the fetch policy with its default, and every reason."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import crawler
from crawler.fetching.failures import REASONS
from crawler.fetching.policy import FetchPolicy

ROOM = Path(crawler.__file__).parent
README = (ROOM / "README.md").read_text("utf-8")


def test_every_module_of_the_fetching_half_has_its_line() -> None:
    modules = {path.name for path in ROOM.glob("*.py")} | {
        f"fetching/{path.name}" for path in ROOM.glob("fetching/*.py")
    }
    assert [name for name in sorted(modules) if "__init__" not in name and f"`{name}`" not in README] == []


def test_every_field_of_the_policy_has_its_default_and_reason() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", README, re.MULTILINE))
    for field in fields(FetchPolicy):
        default = "none; required" if field.default is MISSING else f"`{field.default}`"
        assert rows[field.name] == default


def test_every_reason_of_a_failure_is_explained() -> None:
    own = {"blocked_address", "robots", "paused", "offsite_redirect", "redirects", "coding", "file", "dropped", "error"}
    for reason in own | {reason for _, reason in REASONS}:
        assert f"| `{reason}` |" in README
