"""The web archive as evidence: seal its files, check them, hand out what belongs to a case."""
