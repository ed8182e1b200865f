"""How well the classifier judges: attacks on texts, and what they cost in recall and false positives."""
