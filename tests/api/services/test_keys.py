"""API keys: shown once, kept as an HMAC, refused when unknown, over or revoked."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from api.exceptions import KeyRefused, NotFound
from api.services.keys import IssuedKey, check_key, issue_key, list_keys, note_use, revoke_key
from api.services.tokens import draw_base62
from api.store.engine import reading, writing
from api.store.kinds import KeyScope
from api.store.tables.audit import AuditEvent
from api.store.tables.keys import ApiKey
from tests.api.world import MONDAY, World

PEPPER = b"p" * 32


def test_a_key_has_the_form_that_leak_scanners_look_for_and_opens_its_scopes(world: World) -> None:
    issued = issue(world)
    assert re.fullmatch(r"rxw_[0-9A-Za-z]{8}_[0-9A-Za-z]{32}", issued.token)
    with reading(world.engine) as session:
        key = check_key(session, issued.token, pepper=PEPPER, now=MONDAY)
    assert (key.id, key.scopes) == (issued.key.id, ["judge", "lookup"])


def test_the_secret_is_not_kept(world: World) -> None:
    secret = issue(world).token.rpartition("_")[2]
    with reading(world.engine) as session:
        kept = session.exec(select(ApiKey)).one().model_dump_json()
        logged = session.exec(select(AuditEvent)).one().model_dump_json()
    assert secret not in kept + logged


def test_unknown_wrong_and_garbled_keys_get_the_same_answer(world: World) -> None:
    token = issue(world).token
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    sentences = {
        refusal(world, bad) for bad in (wrong, "rxw_" + "0" * 8 + "_" + "0" * 32, "", "rxw_\ud800", token + "x")
    }
    assert sentences == {"the API key is not known here; send a current key as `Authorization: Bearer rxw_…`"}


def test_a_key_made_under_another_pepper_is_unknown(world: World) -> None:
    token = issue(world).token
    with reading(world.engine) as session, pytest.raises(KeyRefused, match="not known"):
        check_key(session, token, pepper=b"q" * 32, now=MONDAY)


def test_a_key_ends_at_its_moment(world: World) -> None:
    issued = issue(world, days=1)
    with reading(world.engine) as session:
        check_key(session, issued.token, pepper=PEPPER, now=MONDAY + timedelta(hours=23))
        with pytest.raises(KeyRefused, match="has expired"):
            check_key(session, issued.token, pepper=PEPPER, now=MONDAY + timedelta(days=1))


def test_a_revoked_key_is_refused_at_once_and_stays_listed(world: World) -> None:
    issued = issue(world)
    with writing(world.engine) as session:
        revoke_key(session, issued.key.id, actor="operator", now=MONDAY)
    assert "was revoked" in refusal(world, issued.token)
    with reading(world.engine) as session:
        assert [key.revoked_at for key in list_keys(session)] == [MONDAY]


def test_revoking_a_key_that_is_not_there_says_so(world: World) -> None:
    with pytest.raises(NotFound, match="list them"), writing(world.engine) as session:
        revoke_key(session, "nothere1", actor="operator", now=MONDAY)


def test_use_is_written_at_most_once_a_minute(world: World) -> None:
    key = issue(world).key
    written = []
    for seconds in (0, 30, 59, 60, 61):
        with writing(world.engine) as session:
            stored = session.exec(select(ApiKey).where(ApiKey.id == key.id)).one()
            written.append(note_use(session, stored, MONDAY + timedelta(seconds=seconds)))
    assert written == [True, False, False, True, False]


def issue(world: World, days: int | None = None) -> IssuedKey:
    with writing(world.engine) as session:
        return issue_key(
            session,
            name="platform",
            scopes=[KeyScope.LOOKUP, KeyScope.JUDGE],
            expires_at=None if days is None else MONDAY + timedelta(days=days),
            pepper=PEPPER,
            draw=draw_base62,
            actor="operator",
            now=MONDAY,
        )


def refusal(world: World, token: str) -> str:
    with reading(world.engine) as session, pytest.raises(KeyRefused) as refused:
        check_key(session, token, pepper=PEPPER, now=MONDAY)
    return str(refused.value)
