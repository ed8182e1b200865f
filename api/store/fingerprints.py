"""How a finding is known again in a later capture: its label and the words of its quote."""

import hashlib
import re
import unicodedata

from classifier.labels import Label

NOT_WORDS = re.compile(r"[\W_]+")


def fingerprint(label: Label, quote: str) -> str:
    """Give a digest that ignores case, spacing, punctuation and compatibility forms; words and digits all count."""
    folded = unicodedata.normalize("NFKC", quote).casefold()
    # A quote of symbols alone has no words; then the symbols are what it says.
    words = NOT_WORDS.sub(" ", folded).strip() or " ".join(folded.split())
    return hashlib.sha256(f"{label.value}\n{words}".encode("utf-8", "surrogatepass")).hexdigest()
