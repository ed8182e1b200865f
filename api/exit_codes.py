"""What the exit code of a command says."""

from enum import IntEnum


class ExitCode(IntEnum):
    """0: all well; 1: the work was not done; 2: called wrongly; 3: done, but some inputs or sources failed or warn."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTLY_FAILED = 3
