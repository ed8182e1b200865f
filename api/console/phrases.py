"""The words the console uses for numbers, kinds and moments; every number has a word beside it."""

from datetime import datetime, timedelta

from api.counting import count
from api.store.kinds import CaseState, Decision, Role, RunState, Scope, SourceRunState, Why
from classifier.labels import Family, Outcome, Severity

NARROW = "\N{NARROW NO-BREAK SPACE}"

FAMILY = {Family.ILLICIT_SALE: "Illicit sale", Family.UNSUPPORTED_CLAIM: "Unsupported claim"}
FAMILY_SHORT = {Family.ILLICIT_SALE: "Sale", Family.UNSUPPORTED_CLAIM: "Claim"}
SEVERITY = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.NONE: "No finding",
}
OUTCOME = {
    Outcome.VIOLATION: "looks like a violation",
    Outcome.UNCLEAR: "unclear, needs a person",
    Outcome.CLEAR: "nothing found",
}
WHY = {
    Why.NEW: "New",
    Why.CHANGED: "Changed since the decision",
    Why.JUDGED_ANEW: "New model or policy",
    Why.SECOND_REVIEW: "Second review",
    Why.SAMPLE: "Random sample",
}
STATE = {
    CaseState.OPEN: "Open",
    CaseState.ESCALATED: "Escalated",
    CaseState.DECIDED: "Decided",
    CaseState.CLEARED: "Cleared",
}
DECISION = {
    Decision.CONFIRM: "Confirm",
    Decision.OVERTURN: "Overturn",
    Decision.UNSURE: "Unsure",
    Decision.ESCALATE: "Escalate",
}
# On a page where nothing was found there is nothing to confirm or overturn.
SAMPLE_DECISION = {**DECISION, Decision.CONFIRM: "Violates", Decision.OVERTURN: "Clear"}
DECIDED = {
    Decision.CONFIRM: "confirmed",
    Decision.OVERTURN: "overturned",
    Decision.UNSURE: "unsure",
    Decision.ESCALATE: "escalated",
}
SCOPE = {Scope.URL: "this page only", Scope.DIRECTORY: "its folder", Scope.HOST: "the whole host"}
ROLE = {
    Role.AUDITOR: "Auditor, reads only",
    Role.REVIEWER: "Reviewer",
    Role.LEAD: "Lead",
    Role.ADMIN: "Admin",
}
RUN_STATE = {
    RunState.RUNNING: "Running, or cut off and waiting to resume",
    RunState.FINISHED: "Finished",
    RunState.FINISHED_WITH_FAILURES: "Finished, with failures",
}
SOURCE_RUN_STATE = {
    SourceRunState.PENDING: "Waiting",
    SourceRunState.RUNNING: "Running",
    SourceRunState.DONE: "Done",
    SourceRunState.FAILED: "Failed",
}
FAILURE = {
    "blocked_address": "The address is not on the public internet, so it was not contacted.",
    "connection": "The server could not be reached, or it closed the connection.",
    "dns": "The host name could not be found.",
    "dropped": "The request was dropped before it was sent.",
    "fetcher_died": "The fetcher stopped while it was at this page.",
    "file": "The file, or the record in it, cannot be read.",
    "invalid_url": "The address cannot be requested.",
    "listing": "It is no feed, export or sitemap that can be read.",
    "offsite_redirect": "It leads to another site, which is not watched.",
    "overtaken": "A newer capture of the page is already kept.",
    "redirects": "It redirects too many times.",
    "robots": "The site's robots.txt asks crawlers to stay away; it was not fetched.",
    "timeout": "The server did not answer in time.",
    "too_large": "The answer is larger than the limit, and no plain page that could be read up to there.",
    "unreadable": "It was captured and could not be read.",
}
SPIDER = {
    "site": "Site: follow links on its hosts",
    "sitemap": "Sitemap: the pages it lists",
    "feed": "Feed: RSS, Atom, JSON Feed, product feed",
    "ads": "Ads: export of an ad library",
    "url_list": "URLs: exactly these pages",
    "archive": "Archive: WARC, WACZ, CDXJ",
}
NOT_SEEN = {
    "empty": "the page was empty",
    "image_only": "its text may be in its images",
    "log_in": "it asks visitors to log in",
    "not_html": "it is not a page of text",
    "parked": "the domain seems to be parked",
    "scripted": "its text is put there by a script",
    "truncated": "it broke off, or is longer than is read",
    "unknown_language": "its language is not one we read",
}
MARK = {
    "email": "Mail address",
    "icon": "Same site icon, SHA-256",
    "messenger": "Messenger",
    "phone": "Telephone",
    "template": "Page template",
    "tracker": "Analytics account",
    "wallet": "Wallet",
}
LANGUAGE = {
    "ar": "Arabic", "cs": "Czech", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "he": "Hebrew",
    "it": "Italian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "uk": "Ukrainian",
}  # fmt: skip

_LIKELIHOOD = ((0.9, "very likely"), (0.65, "likely"), (0.35, "about even"), (0.1, "unlikely"), (0.0, "very unlikely"))
_STEPS = (
    (timedelta(weeks=2), timedelta(weeks=1), "week"),
    (timedelta(days=1), timedelta(days=1), "day"),
    (timedelta(hours=1), timedelta(hours=1), "hour"),
    (timedelta(minutes=1), timedelta(minutes=1), "minute"),
)


def percent(probability: float) -> str:
    """Give `97 %`; never 0 % or 100 %, which no model can know."""
    return f"{min(99, max(1, round(probability * 100)))}{NARROW}%"


def share(part: float) -> str:
    """Give a measured share: `12 %`, below a tenth `3.4 %`."""
    return f"{part * 100:.{1 if part < 0.1 else 0}f}{NARROW}%"


def likelihood(probability: float) -> str:
    """Give `very likely, 97 %`."""
    word = next(word for least, word in _LIKELIHOOD if probability >= least)
    return f"{word}, {percent(probability)}"


def shared(likeness: float) -> str:
    """Give the share of a text that another has too, an estimate: `about 90 %`, or `all of it`."""
    return "all of it" if likeness == 1 else f"about {round(likeness * 100):d}{NARROW}%"


def span(length: timedelta) -> str:
    """Give a length of time in its largest whole unit: `3 hours`."""
    for least, unit, noun in _STEPS:
        if length >= least:
            return count(length // unit, noun)
    return "under a minute"


def ago(then: datetime, now: datetime) -> str:
    """Give `3 hours ago`, `just now`, or `in 2 days` for a moment to come."""
    if abs(now - then) < timedelta(minutes=1):
        return "just now"
    return f"{span(now - then)} ago" if then <= now else f"in {span(then - now)}"


def moment(then: datetime) -> str:
    """Give `12 Nov 2026, 10:02 UTC`."""
    return f"{then.day} {then:%b %Y, %H:%M} UTC"


def day(then: datetime) -> str:
    """Give `12 Nov 2026`."""
    return f"{then.day} {then:%b %Y}"


def language(code: str) -> str:
    """Give the language's name, its code where we have no name, or `language unknown`."""
    return LANGUAGE.get(code.partition("-")[0].lower(), code) or "language unknown"


def size(octets: int) -> str:
    """Give `14 kB`."""
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if octets >= unit:
            return f"{octets / unit:.1f}".removesuffix(".0") + f" {name}"
    return count(octets, "byte")


def jurisdiction(text: str) -> str:
    """Give the place of a jurisdiction's description, without what follows: `United States`."""
    return text.partition(",")[0].partition("(")[0].strip()


def not_seen(reason: str) -> str:
    """Give half a sentence for why not everything on a page was seen."""
    return NOT_SEEN.get(reason, reason.replace("_", " "))


def failure(reason: str) -> str:
    """Give a sentence for a crawler's failure code."""
    status = reason.removeprefix("http_")
    if status != reason:
        return f"The server answered with status {status}."
    return FAILURE.get(reason, f"It could not be fetched ({reason.replace('_', ' ') or 'no reason given'}).")
