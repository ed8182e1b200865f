"""A program's review is taken once, on both kinds of database."""

from dataclasses import replace

import pytest
from sqlmodel import select

from api.exceptions import NotFound, ReviewInvalid
from api.services.reviews import NewReview
from api.services.submissions import Submission, Submitted, submit_review
from api.store.engine import reading, writing
from api.store.kinds import Decision
from api.store.tables.cases import Review
from tests.api.world import Said, World

URL = "http://shop.example/k"


@pytest.fixture
def submission(world: World) -> Submission:
    world.visit({URL: ("Shop\nketamine", [Said("ketamine")])})
    world.reviewer("heron")
    case = world.case(URL)
    return Submission("key-1", "job-1", "heron", NewReview(case.id, case.verdict_id, Decision.CONFIRM))


def submit(world: World, submission: Submission) -> Submitted:
    with writing(world.engine) as session:
        return submit_review(session, submission, now=world.now)


def test_a_second_try_gives_the_review_of_the_first(world: World, submission: Submission) -> None:
    first, second = submit(world, submission), submit(world, submission)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert first.review.id == second.review.id
    with reading(world.engine) as session:
        assert len(session.exec(select(Review)).all()) == 1


def test_a_try_that_failed_uses_nothing_up(world: World, submission: Submission) -> None:
    with pytest.raises(ReviewInvalid):
        submit(world, replace(submission, review=replace(submission.review, findings={"x": Decision.CONFIRM})))
    assert not submit(world, submission).is_repeat


def test_a_client_id_stands_for_one_review(world: World, submission: Submission) -> None:
    submit(world, submission)
    with pytest.raises(ReviewInvalid, match="client_id"):
        submit(world, replace(submission, review=replace(submission.review, note="other")))
    assert not submit(world, replace(submission, client_id="job-2")).is_repeat


def test_a_case_that_is_not_there_is_said_so(world: World, submission: Submission) -> None:
    with pytest.raises(NotFound):
        submit(world, replace(submission, review=replace(submission.review, case_id="0" * 32)))
