"""What one call of `rxwarden judge` gave."""

import json
from dataclasses import dataclass

Record = dict[str, object]


@dataclass(frozen=True)
class Run:
    """Exit code and output; `records` are its lines as JSON."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def records(self) -> list[Record]:
        """One object a line."""
        return [json.loads(line) for line in self.stdout.decode("utf-8").splitlines()]
