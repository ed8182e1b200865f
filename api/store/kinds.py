"""Kinds and states of the store's rows; they live in code, so a new one needs no migration."""

from enum import StrEnum


class RunKind(StrEnum):
    """Why a run was: `weekly` visits watched sources, `one_off` takes the addresses a person named once."""

    WEEKLY = "weekly"
    ONE_OFF = "one_off"


class RunState(StrEnum):
    """Where a weekly run stands; `running` without a live job means it was cut off and will be resumed."""

    RUNNING = "running"
    FINISHED = "finished"
    FINISHED_WITH_FAILURES = "finished_with_failures"


class SourceRunState(StrEnum):
    """Where one source stands within a run."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class TargetState(StrEnum):
    """Where one URL of the frontier stands."""

    PENDING = "pending"
    FETCHED = "fetched"
    FAILED = "failed"


class CaptureState(StrEnum):
    """What became of a capture: `captured` waits to be judged, `listing` is a sitemap or robots.txt and never is."""

    CAPTURED = "captured"
    JUDGED = "judged"
    UNREADABLE = "unreadable"
    LISTING = "listing"


class LookKind(StrEnum):
    """How a captured page was looked at once more: `rendered` by a browser, `other_agent` under a browser's name."""

    RENDERED = "rendered"
    OTHER_AGENT = "other_agent"


class CaseState(StrEnum):
    """Where a case stands: `cleared` means that the page stopped being flagged before anybody decided."""

    OPEN = "open"
    ESCALATED = "escalated"
    DECIDED = "decided"
    CLEARED = "cleared"


class Why(StrEnum):
    """Why a case is in the queue; `random_sample` is a page on which nothing was found."""

    NEW = "new"
    CHANGED = "changed_since_decision"
    JUDGED_ANEW = "model_or_policy_changed"
    SECOND_REVIEW = "second_review"
    SAMPLE = "random_sample"

    @property
    def is_return(self) -> bool:
        """True for a case that was before a person already."""
        return self in (Why.CHANGED, Why.JUDGED_ANEW, Why.SECOND_REVIEW)


class Decision(StrEnum):
    """What a reviewer says of a page or of one finding (`escalate` is for pages only)."""

    CONFIRM = "confirm"
    OVERTURN = "overturn"
    UNSURE = "unsure"
    ESCALATE = "escalate"

    @property
    def is_final(self) -> bool:
        """True for a decision that settles the case."""
        return self in (Decision.CONFIRM, Decision.OVERTURN)


class Scope(StrEnum):
    """How far a decision reaches; always chosen by a person."""

    URL = "url"
    DIRECTORY = "directory"
    HOST = "host"


class ReviewState(StrEnum):
    """What a look-up says of people's work on a page: `suspected` waits for one, `unreviewed` needs none so far."""

    UNREVIEWED = "unreviewed"
    SUSPECTED = "suspected"
    REVIEWED = "reviewed"


class Role(StrEnum):
    """What a person may do; each role may do what the ones before it may."""

    AUDITOR = "auditor"
    REVIEWER = "reviewer"
    LEAD = "lead"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 for auditor (reads only) up to 3 for admin."""
        return list(Role).index(self)


class KeyScope(StrEnum):
    """What an API key may do."""

    LOOKUP = "lookup"
    JUDGE = "judge"
    FLAGS = "flags"
    REVIEW = "review"
