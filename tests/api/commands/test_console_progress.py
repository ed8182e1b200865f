"""What a run says on a terminal: lines, and nothing that the terminal obeys."""

import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from api.cli import main
from api.commands.console_progress import SourceProgress
from api.commands.run_report import show_report
from api.exit_codes import ExitCode
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


def test_what_is_wrong_is_told_without_commanding_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RXWARDEN_DATA", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["rxwarden", "sources", "seed", "\x1b[2Jshop\u202e.toml"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == ExitCode.FAILED
    told = capsys.readouterr().err
    assert told.startswith("rxwarden: ")
    assert "[2Jshop" in told
    assert told.removesuffix("\n").isprintable()
