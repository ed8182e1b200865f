"""Sources are validated field by field, and every mistake gets its sentence."""

from pathlib import Path

import pytest

from crawler import discovery, sources, spiders
from crawler.child import spider_class
from crawler.exceptions import SourceInvalid
from crawler.sources import Source, parse_source, read_sources

GOOD = {"name": "shop", "spider": "site", "start_urls": ["https://shop.example/"]}


def write(folder: Path, text: str) -> Path:
    """Write a sources file."""
    path = folder / "sources.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_sources_that_ship_are_valid_examples_and_switched_off() -> None:
    shipped = read_sources(Path(sources.__file__).with_name("sources.toml"))
    assert {source.spider for source in shipped} == set(sources.SPIDERS)
    assert not any(source.enabled for source in shipped)
    assert all("example." in url for source in shipped for url in source.start_urls)


def test_a_block_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, '[[source]]\nname = "shop"\nspider = "site"\nstart_urls = ["https://shop.example/"]\n')
    assert read_sources(path) == (Source("shop", "site", ("https://shop.example/",), "", 7, True, 4, 500),)


def test_an_empty_file_has_no_sources(tmp_path: Path) -> None:
    assert read_sources(write(tmp_path, "# nothing yet\n")) == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "My Shop"}, "name is 'My Shop'; use up to 64 of a-z"),
        ({"name": 7}, "name is 7; give text in quotes"),
        ({"spider": "crawl"}, "spider is 'crawl'; choose one of site, sitemap, feed, ads, url_list, archive"),
        ({"start_urls": []}, "start_urls must be a list with at least one URL"),
        ({"start_urls": "https://a.example/"}, "start_urls must be a list"),
        ({"start_urls": ["a.example"]}, "start_urls holds 'a.example'; give absolute http:// or https:// URLs"),
        ({"start_urls": ["ftp://a.example/"]}, "give absolute http:// or https:// URLs"),
        ({"start_urls": ["https://a.example:x/"]}, "give absolute http:// or https:// URLs"),
        ({"start_urls": [7]}, "start_urls holds 7"),
        ({"start_urls": ["https://me:secret@a.example/"]}, "leave user name and password out"),
        ({"start_urls": ["https://a.example/ b"]}, "URLs have no spaces"),
        ({"start_urls": ["https://a.example/" + "x" * 3000]}, "at most 2083 characters"),
        ({"start_urls": ["file:///a.html"]}, "only feed, ads, archive read files, give http(s) URLs"),
        ({"spider": "archive"}, "start_urls must be files; download the archive first"),
        ({"start_urls": ["https://a.example/"] * 2}, "start_urls holds a URL twice"),
        ({"jurisdiction": "usa"}, "jurisdiction is 'usa'; give a code such as US"),
        ({"cadence_days": 0}, "cadence_days is 0; give a whole number from 1 to 365"),
        ({"cadence_days": 7.5}, "cadence_days is 7.5; give a whole number"),
        ({"max_depth": True}, "max_depth is True; give a whole number"),
        ({"max_pages": -1}, "max_pages is -1"),
        ({"enabled": "yes"}, "enabled is 'yes'; give true or false"),
        ({"follow_nofollow": 1}, "follow_nofollow is 1; give true or false"),
        ({"robots_override": True}, "robots_override is True; give text in quotes"),
        ({"robots_override": "because"}, "robots_override is 'because'; give the reason in one line of 10 to 500"),
        ({"robots_override": "court order\nof May"}, "give the reason in one line"),
        ({"colour": "red"}, "colour is not a field; the fields are name, spider"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_write(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(SourceInvalid) as caught:
        parse_source(GOOD | change, "the form")
    assert str(caught.value).startswith("the form: source ")
    assert sentence in str(caught.value)


def test_all_mistakes_of_a_file_are_told_at_once_with_file_and_source(tmp_path: Path) -> None:
    good = 'name = "shop"\nspider = "site"\nstart_urls = ["https://shop.example/"]\n'
    bad = good.replace("site", "cite") + "max_depth = -1\n"
    path = write(tmp_path, "".join(f"[[source]]\n{block}\n" for block in (good, good, bad, "")))
    with pytest.raises(SourceInvalid) as caught:
        read_sources(path)
    assert str(caught.value).splitlines() == [
        f"{path}: block 2: source 'shop': name is taken by an earlier block; choose another",
        f"{path}: block 3: source 'shop': spider is 'cite'; choose one of site, sitemap, feed, ads, url_list, archive",
        f"{path}: block 3: source 'shop': max_depth is -1; give a whole number from 0 to 20",
        f"{path}: block 4: source without a name: name is missing",
        f"{path}: block 4: source without a name: spider is missing",
        f"{path}: block 4: source without a name: start_urls is missing",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[source]\n", "not valid TOML"),
        ("source = 1\n", "only [[source]] blocks are read"),
        ("source = [1]\n", "block 1: write it as a [[source]] block"),
        ("[sauce]\n", "remove sauce"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SourceInvalid) as caught:
        read_sources(path)
    assert str(path) in str(caught.value)
    assert sentence in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceInvalid, match=r"none\.toml: cannot be read"):
        read_sources(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(SourceInvalid, match="byte 8 is not UTF-8"):
        read_sources(tmp_path / "latin.toml")


def test_every_spider_has_its_file_its_class_and_its_way_to_find_targets() -> None:
    files = {path.stem for path in Path(spiders.__file__).parent.glob("*.py")} - {"__init__", "base"}
    assert files == set(sources.SPIDERS) == set(discovery.FINDERS)
    assert {spider_class(name).name for name in sources.SPIDERS} == files
