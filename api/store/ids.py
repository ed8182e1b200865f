"""Row ids: derived from what a row is about, so that writing it twice is writing it once."""

import hashlib
import json


def derived_id(*parts: str | int) -> str:
    """Give 32 hex digits that depend on the parts and on nothing else."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
