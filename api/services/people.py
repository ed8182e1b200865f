"""Reviewers, their one-time sign-in links and their sessions."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from api.exceptions import NameInvalid, NotFound, SignInRefused
from api.services.audit import record
from api.services.tokens import Draw, token_hash
from api.store.ids import derived_id
from api.store.kinds import Role
from api.store.tables.people import LoginLink, Reviewer, ReviewerSession

TOKEN_LENGTH = 43
LINK_LIFETIME = timedelta(hours=1)
SESSION_LIFETIME = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
# Writing each request would make every page view a write.
SEEN_STEP = timedelta(minutes=1)
NAME = re.compile(r"[\w][\w .'-]{0,63}")
ASK_AGAIN = "ask for a new sign-in link"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A reviewer's new session; `token` goes into their cookie and is kept nowhere."""

    reviewer: Reviewer
    token: str


def add_reviewer(session: Session, *, name: str, role: Role, actor: str, now: datetime) -> Reviewer:
    """Add a person under a pseudonym; NameInvalid when it is taken or unreadable."""
    if not NAME.fullmatch(name):
        raise NameInvalid(f"{name!r} is no name; use up to 64 letters, digits, spaces, dots, hyphens")
    if find_reviewer(session, name) is not None:
        raise NameInvalid(f"{name!r} is taken; choose another name")
    reviewer = Reviewer(id=derived_id("reviewer", name), name=name, role=role, created_at=now)
    session.add(reviewer)
    subject = f"reviewer:{reviewer.id}"
    record(session, actor=actor, action="reviewer.add", subject=subject, details={"role": role.value}, now=now)
    return reviewer


def find_reviewer(session: Session, name: str) -> Reviewer | None:
    """Give the reviewer of that name."""
    return session.exec(select(Reviewer).where(Reviewer.name == name)).first()


def list_reviewers(session: Session) -> tuple[Reviewer, ...]:
    """List reviewers by name."""
    return tuple(session.exec(select(Reviewer).order_by(Reviewer.name)))


def issue_link(
    session: Session, name: str, *, draw: Draw, actor: str, now: datetime, lifetime: timedelta = LINK_LIFETIME
) -> str:
    """Give the token of a new sign-in link, good once; NotFound when there is no active reviewer of that name."""
    reviewer = find_reviewer(session, name)
    if reviewer is None or not reviewer.active:
        raise NotFound(f"there is no active reviewer called {name!r}; add one first")
    token = draw(TOKEN_LENGTH)
    link = LoginLink(id=token_hash(token), reviewer_id=reviewer.id, created_at=now, expires_at=now + lifetime)
    session.add(link)
    record(session, actor=actor, action="reviewer.invite", subject=f"reviewer:{reviewer.id}", now=now)
    return token


def sign_in(session: Session, link_token: str, *, draw: Draw, now: datetime) -> SignedIn:
    """Use a sign-in link up and open a session; SignInRefused when the link is unknown, used or over."""
    # One statement decides who uses the link, so that two requests at once cannot both.
    used = session.connection().execute(
        update(LoginLink)
        .where(
            col(LoginLink.id) == token_hash(link_token),
            col(LoginLink.used_at).is_(None),
            col(LoginLink.expires_at) > now,
        )
        .values(used_at=now)
    )
    if cast("CursorResult[tuple[()]]", used).rowcount != 1:
        raise SignInRefused(f"this sign-in link is not known, was used, or is over; {ASK_AGAIN}")
    link = session.exec(select(LoginLink).where(LoginLink.id == token_hash(link_token))).one()
    reviewer = _active(session, link.reviewer_id)
    token = draw(TOKEN_LENGTH)
    session.add(ReviewerSession(id=token_hash(token), reviewer_id=reviewer.id, started_at=now, seen_at=now))
    record(
        session, actor=f"reviewer:{reviewer.id}", action="reviewer.sign_in", subject=f"reviewer:{reviewer.id}", now=now
    )
    return SignedIn(reviewer, token)


def find_session(session: Session, token: str, *, now: datetime) -> Reviewer:
    """Give whose session a token opens; SignInRefused when it is unknown or over. Changes nothing."""
    found = session.get(ReviewerSession, token_hash(token))
    if found is None or found.ended_at is not None:
        raise SignInRefused(f"you are not signed in; {ASK_AGAIN}")
    if now >= found.started_at + SESSION_LIFETIME or now >= found.seen_at + SESSION_IDLE:
        raise SignInRefused(f"your session is over; {ASK_AGAIN}")
    return _active(session, found.reviewer_id)


def note_seen(session: Session, token: str, *, now: datetime) -> bool:
    """Keep a session from idling out, written at most once a minute; True when it was written."""
    found = session.get(ReviewerSession, token_hash(token))
    if found is None or now - found.seen_at < SEEN_STEP:
        return False
    found.seen_at = now
    session.add(found)
    return True


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End a session; one that is unknown or over stays so."""
    found = session.get(ReviewerSession, token_hash(token))
    if found is not None and found.ended_at is None:
        found.ended_at = now
        session.add(found)


def _active(session: Session, reviewer_id: str) -> Reviewer:
    reviewer = session.exec(select(Reviewer).where(Reviewer.id == reviewer_id)).one()
    if not reviewer.active:
        raise SignInRefused(f"{reviewer.name} may no longer sign in; ask an admin")
    return reviewer
