"""The keys of the console, as the help shows them; the browser's side is static/keys.js."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One or more keys, as pressed, and what they do."""

    keys: tuple[str, ...]
    does: str


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that work in one place."""

    title: str
    keys: tuple[Key, ...]


KEYS = (
    KeyGroup(
        "Everywhere",
        (
            Key(("g", "q"), "Go to the queue"),
            Key(("g", "r"), "Go to the runs"),
            Key(("g", "o"), "Go to the overview"),
            Key(("/",), "Search"),
            Key(("?",), "Show these keys"),
            Key(("Esc",), "Leave a field or close a window"),
        ),
    ),
    KeyGroup(
        "In the queue",
        (
            Key(("j",), "Next case"),
            Key(("k",), "Case before"),
            Key(("Enter",), "Open the case"),
            Key(("z",), "Look again at the case just decided"),
        ),
    ),
    KeyGroup(
        "In a case",
        (
            Key(("j",), "Next finding, then the outcome"),
            Key(("k",), "Finding before"),
            Key(("c",), "Confirm the finding, or the case when the outcome is marked"),
            Key(("o",), "Overturn it"),
            Key(("u",), "Unsure"),
            Key(("z",), "Undo the last choice"),
            Key(("e",), "Escalate the case"),
            Key(("1", "…", "9"), "Choose the reason"),
            Key(("n",), "Write a note"),
            Key(("s",), "Skip to the next case, deciding nothing"),
            Key(("Ctrl", "Enter"), "Submit and next, also from the note"),
        ),
    ),
)
