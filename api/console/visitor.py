"""Who is at the console: the session cookie, the person behind it, and one request's view of the store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from api.console.desk import Desk, desk_of
from api.console.forms import Form, check_origin, check_token, form_token, read_form
from api.exceptions import NotAllowed, SignInRefused
from api.services.people import SESSION_LIFETIME, find_session, note_seen
from api.store.engine import reading, writing
from api.store.kinds import Role
from api.store.tables.people import Reviewer

COOKIE = "rxw_session"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person; `form_token` goes into every form they are shown."""

    reviewer: Reviewer
    session_token: str
    form_token: str

    @property
    def may_decide(self) -> bool:
        """True for those who decide cases."""
        return self.reviewer.role.rank >= Role.REVIEWER.rank

    @property
    def may_change_sources(self) -> bool:
        """True for those who choose what is watched."""
        return self.reviewer.role.rank >= Role.LEAD.rank

    @property
    def is_admin(self) -> bool:
        """True for those who look after people."""
        return self.reviewer.role.rank >= Role.ADMIN.rank


@dataclass(frozen=True, slots=True)
class Here:
    """One request of a signed-in person, with a session for reading."""

    desk: Desk
    visitor: Visitor
    session: Session
    now: datetime

    @property
    def prevalence(self) -> float:
        """The share of violating pages that probabilities are shown at."""
        return self.desk.gauge.read(self.session, self.now)


def cookie_name(desk: Desk) -> str:
    """Give the session cookie's name; over https a prefix keeps other hosts of the domain from setting it."""
    return f"__Host-{COOKIE}" if desk.is_https else COOKIE


def set_session_cookie(response: Response, desk: Desk, token: str) -> None:
    """Hand a session to the browser."""
    response.set_cookie(
        cookie_name(desk),
        token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        path="/",
        secure=desk.is_https,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, desk: Desk) -> None:
    """Take the session back from the browser."""
    response.delete_cookie(cookie_name(desk), path="/", secure=desk.is_https, httponly=True, samesite="lax")


def find_visitor(request: Request) -> Visitor:
    """Give the signed-in person; SignInRefused says what to do for anybody else."""
    desk = desk_of(request)
    token = request.cookies.get(cookie_name(desk), "")
    if not token:
        raise SignInRefused("You are not signed in.")
    now = desk.now()
    with reading(desk.engine) as session:
        reviewer = find_session(session, token, now=now)
        is_due = note_seen(session, token, now=now)
    if is_due:
        with writing(desk.engine) as session:
            note_seen(session, token, now=now)
    visitor = Visitor(reviewer, token, form_token(desk.forms_key, token))
    request.state.visitor = visitor
    return visitor


def open_here(request: Request, visitor: Annotated[Visitor, Depends(find_visitor)]) -> Iterator[Here]:
    """Open the store for reading for as long as the request takes."""
    desk = desk_of(request)
    with reading(desk.engine) as session:
        yield Here(desk, visitor, session, desk.now())


def require_admin(visitor: Annotated[Visitor, Depends(find_visitor)]) -> None:
    """NotAllowed for everybody but admins."""
    if not visitor.is_admin:
        raise NotAllowed("Only an admin may see and change people; ask one.")


def require_lead(visitor: Annotated[Visitor, Depends(find_visitor)]) -> None:
    """NotAllowed for those who do not choose what is watched."""
    if not visitor.may_change_sources:
        raise NotAllowed("Only a lead or an admin may change and test sources; ask one.")


async def checked_form(request: Request, visitor: Annotated[Visitor, Depends(find_visitor)]) -> Form:
    """Read a form of this site and this session; FormRefused for any other."""
    check_origin(request)
    form = await read_form(request)
    check_token(form, visitor.form_token)
    return form


At = Annotated[Here, Depends(open_here)]
CheckedForm = Annotated[Form, Depends(checked_form)]
