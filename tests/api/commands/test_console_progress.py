"""What a run says on a terminal: lines, and nothing that the terminal obeys."""

from io import StringIO

import pytest
from rich.console import Console

from api.commands.console_progress import SourceProgress
from api.commands.run_report import show_report
from api.jobs.progress import SourceReport, WeeklyReport

COMMANDS = "http://a.example/\x1b]0;title\x07\x1b[2J\x9b31m\u202eGPJ\rover\nunder"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_strangers_words_do_not_command_the_terminal(is_terminal: bool) -> None:
    shown = StringIO()
    console = Console(file=shown, force_terminal=is_terminal, markup=False, highlight=False, soft_wrap=True)
    with SourceProgress(console) as progress:
        progress.say(COMMANDS)
    assert shown.getvalue() == "http://a.example/ ]0;title  [2J 31m GPJ over under\n"


def test_an_error_in_a_report_does_not_command_the_terminal() -> None:
    shown = StringIO()
    show_report(WeeklyReport((SourceReport("shop", 0, 0, 0, 1, error=COMMANDS),), ()), Console(file=shown, width=200))
    assert shown.getvalue().splitlines()[-1] == ("shop failed: http://a.example/ ]0;title  [2J 31m GPJ over under")
