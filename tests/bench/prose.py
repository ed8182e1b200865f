"""Text for the farm: sentences of the labelled examples, each made unlike all others by names and numbers."""

import json
import random
from pathlib import Path

PASSAGES = Path(__file__).resolve().parents[2] / "labeled_data" / "passages"
SYLLABLES = ("nor", "vale", "mi", "ras", "ten", "ok", "lu", "bran", "del", "sey", "wick", "har", "po", "quin", "za")


class Prose:
    """Sentences by chance; the caller's random numbers decide, so a page has the same text each time."""

    def __init__(self, seed: int) -> None:
        rows = [json.loads(line) for file in sorted(PASSAGES.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
        english = [row for row in rows if row["language"] == "en"]
        self._ill = [row["text"] for row in english if row["labels"]]
        self._well = [row["text"] for row in english if not row["labels"]]
        random.Random(seed).shuffle(self._well)

    def name(self, rng: random.Random) -> str:
        """Give a made-up name."""
        return "".join(rng.choice(SYLLABLES) for _ in range(3)).capitalize()

    def title(self, rng: random.Random) -> str:
        """Give two or three words of a sentence with a name."""
        words = rng.choice(self._well).split()
        return _escaped(f"{' '.join(words[: rng.randint(2, 4)])} {self.name(rng)}")

    def plain(self, rng: random.Random) -> str:
        """Give a sentence as it was written."""
        return _escaped(rng.choice(self._well))

    def sentence(self, rng: random.Random, *, ill: bool = False) -> str:
        """Give a sentence that stands on no other page: a name and a number are put in."""
        words = rng.choice(self._ill if ill else self._well).split()
        words.insert(rng.randint(0, len(words)), f"{self.name(rng)} {rng.randint(2, 9999)}")
        return _escaped(" ".join(words))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
