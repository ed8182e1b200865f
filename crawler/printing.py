"""Strangers' words where a person reads them as a line: on a terminal, in a log."""


def printable(text: str) -> str:
    """Give a text without the characters that move a cursor, colour, end a line or turn the direction of writing."""
    return "".join(character if character.isprintable() else " " for character in text)
