"""Numbers with their nouns, as people read them."""


def count(number: int, noun: str, plural: str = "") -> str:
    """Give `1 page`, `2 pages` or `1,200 pages`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
