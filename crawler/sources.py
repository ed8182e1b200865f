"""Watched sources: what to visit, how and how often; read from TOML and validated field by field."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.exceptions import SourceInvalid
from crawler.scope import host_of

SPIDERS = ("site", "sitemap", "feed", "ads", "url_list", "archive")
# Spiders that may begin at a file on this machine, and the one that reads nothing else.
FILE_SPIDERS = ("feed", "ads", "archive")
ARCHIVE = "archive"
FILE = "file:///"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
JURISDICTION = re.compile(r"(?:[A-Z]{2}(?:-[A-Z0-9]{1,3})?)?")
MAX_URL = 2083
# Lowest and highest number a field may hold.
RANGES = {"cadence_days": (1, 365), "max_depth": (0, 20), "max_pages": (1, 100_000)}
REQUIRED = ("name", "spider", "start_urls")
SWITCHES = ("enabled", "follow_nofollow")
# A reason shorter than this explains nothing.
LEAST_REASON, MOST_REASON = 10, 500
FIELDS = (
    *REQUIRED,
    *(
        "jurisdiction",
        "cadence_days",
        "enabled",
        "max_depth",
        "max_pages",
        "robots_override",
        "second_look",
        "follow_nofollow",
    ),
)


@dataclass(frozen=True)
class Source:
    """One watched source; `start_urls` are http(s) URLs, or files for FILE_SPIDERS.

    jurisdiction: a code such as US, UK, EU or US-CA, empty when it is not known. robots_override: the reason why
    robots.txt does not bind this source; empty: it does. second_look: the reason why some of its pages are asked for
    once more under a browser's name; empty: none are. follow_nofollow: links that ask not to be followed are followed
    all the same.
    """

    name: str
    spider: str
    start_urls: tuple[str, ...]
    jurisdiction: str = ""
    cadence_days: int = 7
    enabled: bool = True
    max_depth: int = 4
    max_pages: int = 500
    robots_override: str = ""
    second_look: str = ""
    follow_nofollow: bool = False


def read_sources(path: Path) -> tuple[Source, ...]:
    """Read the `[[source]]` blocks of a TOML file; SourceInvalid lists everything that is wrong with them."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise SourceInvalid(f"{path}: cannot be read ({problem.strerror}); check the path and its rights") from problem
    except UnicodeDecodeError as problem:
        raise SourceInvalid(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from problem
    except tomllib.TOMLDecodeError as problem:
        raise SourceInvalid(f"{path}: not valid TOML: {problem}") from problem
    blocks = document.pop("source", [])
    if document or not isinstance(blocks, list):
        raise SourceInvalid(f"{path}: only [[source]] blocks are read; remove {', '.join(document) or 'source = ...'}")
    return _read_blocks(path, blocks)


def parse_source(record: Mapping[str, object], where: str) -> Source:
    """Make a Source of a record as TOML or JSON gives it; SourceInvalid names `where`, the source and each field."""
    problems = _problems(record)
    if problems:
        label = f"{where}: source {record.get('name')!r}" if record.get("name") else f"{where}: source without a name"
        raise SourceInvalid("\n".join(f"{label}: {problem}" for problem in problems))
    urls = record["start_urls"]
    assert isinstance(urls, list | tuple)
    defaults = {field: record[field] for field in FIELDS if field in record} | {"start_urls": tuple(urls)}
    return Source(**defaults)  # type: ignore[arg-type]  # every field was checked above


def _read_blocks(path: Path, blocks: list[object]) -> tuple[Source, ...]:
    sources: dict[str, Source] = {}
    problems: list[str] = []
    for number, block in enumerate(blocks, start=1):
        where = f"{path}: block {number}"
        try:
            if not isinstance(block, dict):
                raise SourceInvalid(f"{where}: write it as a [[source]] block")
            source = parse_source(block, where)
        except SourceInvalid as problem:
            problems.append(str(problem))
            continue
        if source.name in sources:
            problems.append(f"{where}: source {source.name!r}: name is taken by an earlier block; choose another")
        sources.setdefault(source.name, source)
    if problems:
        raise SourceInvalid("\n".join(problems))
    return tuple(sources.values())


def _problems(record: Mapping[str, object]) -> list[str]:
    """Give one sentence for each field that is missing, unknown or wrong."""
    found = [f"{field} is missing" for field in REQUIRED if field not in record]
    found += [f"{field} is not a field; the fields are {', '.join(FIELDS)}" for field in record if field not in FIELDS]
    for field in FIELDS:
        if field in record:
            problem = _field_problem(field, record[field])
            found += [f"{field} {problem}"] if problem else []
    return found or _files_problems(record)


def _files_problems(record: Mapping[str, object]) -> list[str]:
    """Say whether the spider reads files where it is given some, and gets them where it reads nothing else."""
    spider, urls = record["spider"], record["start_urls"]
    assert isinstance(urls, list | tuple)
    files = [url for url in urls if url.startswith(FILE)]
    if files and spider not in FILE_SPIDERS:
        return [f"start_urls holds {files[0]!r}; only {', '.join(FILE_SPIDERS)} read files, give http(s) URLs"]
    if spider == ARCHIVE and len(files) < len(urls):
        return ["start_urls must be files; download the archive first and give it as file:///folder/name.warc.gz"]
    return []


def _field_problem(field: str, value: object) -> str:
    """Say what is wrong with one field; empty when nothing is."""
    if field in RANGES:
        low, high = RANGES[field]
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if fits else f"is {value!r}; give a whole number from {low} to {high}"
    if field in SWITCHES:
        return "" if isinstance(value, bool) else f"is {value!r}; give true or false"
    if field == "start_urls":
        return _urls_problem(value)
    if not isinstance(value, str):
        return f"is {value!r}; give text in quotes"
    if field == "spider":
        return "" if value in SPIDERS else f"is {value!r}; choose one of {', '.join(SPIDERS)}"
    if field == "name":
        return "" if NAME.fullmatch(value) else f"is {value!r}; use up to 64 of a-z, 0-9 and inner hyphens"
    if field in ("robots_override", "second_look"):
        return reason_problem(value)
    return "" if JURISDICTION.fullmatch(value) else f"is {value!r}; give a code such as US, UK, EU or US-CA"


def reason_problem(reason: str) -> str:
    """Say what is wrong with the reason for an override; empty when nothing is, or when there is no override."""
    fits = not reason or (LEAST_REASON <= len(reason.strip()) <= MOST_REASON and reason.isprintable())
    return (
        "" if fits else f"is {reason[:80]!r}; give the reason in one line of {LEAST_REASON} to {MOST_REASON} characters"
    )


def _urls_problem(value: object) -> str:
    """Say what is wrong with the list of start URLs; empty when nothing is."""
    if not isinstance(value, list | tuple) or not value:
        return "must be a list with at least one URL"
    problem = next((f"holds {problem}" for url in value if (problem := _start_problem(url))), "")
    return problem or ("" if len(set(value)) == len(value) else "holds a URL twice; list it once")


def _start_problem(url: object) -> str:
    if isinstance(url, str) and url.startswith(FILE):
        return _spelling_problem(url)
    return url_problem(url)


def url_problem(url: object) -> str:
    """Say what is wrong with a URL of the web to begin at; empty when nothing is."""
    if not isinstance(url, str) or not host_of(url):
        return f"{url!r}; give absolute http:// or https:// URLs"
    if problem := _spelling_problem(url):
        return problem
    return f"{url!r}; leave user name and password out" if urlsplit(url).username is not None else ""


def _spelling_problem(url: str) -> str:
    if len(url) > MAX_URL or not url.isprintable() or " " in url:
        return f"{url[:80]!r}; URLs have no spaces and at most {MAX_URL} characters"
    return ""
