"""Answers for recent texts are remembered within bounds, and equal fresh ones."""

from pathlib import Path

from classifier.dataset import passage_files, read_rows
from classifier.features import Viewer
from classifier.policy import load_policy
from classifier.recent import Recent

HELD_OUT = Path(__file__).parents[2] / "labeled_data" / "held_out"


class Measuring:
    """Answers with the length of a text and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: str) -> int:
        self.asked.append(text)
        return len(text)


def test_a_text_is_worked_out_once_while_it_is_among_the_last() -> None:
    work = Measuring()
    recent = Recent(work, 40)
    assert [recent(text) for text in ("menu", "a body", "menu", "foot", "menu")] == [4, 6, 4, 4, 4]
    assert work.asked == ["menu", "a body", "foot"]


def test_no_more_characters_are_held_than_allowed_and_texts_asked_for_again_stay() -> None:
    work = Measuring()
    recent = Recent(work, 40)
    for number in range(100):
        assert (recent("menu"), recent(f"{number:08}")) == (4, 8)
        assert len(recent) * 4 <= 40
    recent("0" * 8)
    assert (work.asked.count("menu"), work.asked.count("0" * 8)) == (1, 2)


def test_a_text_longer_than_all_that_is_held_is_answered_and_not_kept() -> None:
    recent = Recent(len, 10)
    assert recent("x" * 50) == 50
    assert len(recent) == 0


def test_a_text_is_read_again_as_it_was_read_first() -> None:
    pack = load_policy()
    viewer = Viewer(pack)
    texts = [row.text for row in read_rows(passage_files(HELD_OUT))][::5]
    first = [viewer.read(text) for text in texts]
    assert [viewer.read(text) for text in texts] == first == [Viewer(pack).read(text) for text in texts]
