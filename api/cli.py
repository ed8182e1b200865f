"""The command line: `rxwarden COMMAND`; each command is a module, imported when it is called for."""

import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from api.exceptions import RxwardenError
from api.exit_codes import ExitCode
from classifier.exceptions import ClassifierError
from crawler.exceptions import CrawlerError
from crawler.printing import printable

COMMANDS = {
    "demo": "api.commands.demo",
    "judge": "api.commands.judge",
    "crawl": "api.commands.crawl",
    "weekly": "api.commands.weekly",
    "serve": "api.commands.serve",
    "sources": "api.commands.sources",
    "clusters": "api.commands.clusters",
    "user": "api.commands.user",
    "key": "api.commands.keys",
    "train": "api.commands.train",
    "data": "api.commands.data",
    "evaluate": "api.commands.evaluate",
    "robustness": "api.commands.robustness",
    "promote": "api.commands.promote",
    "export-labels": "api.commands.export_labels",
    "db": "api.commands.db",
    "evidence": "api.commands.evidence",
}
"""Command name to the module that holds it, as a group `app` or as a function of that name."""


def main() -> None:
    """Run the command line; what a person can put right is told in a sentence, without a trace."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    app = build_app([asked] if asked in COMMANDS else COMMANDS)
    try:
        app()
    except (RxwardenError, ClassifierError, CrawlerError) as error:
        told = "\n".join(map(printable, str(error).splitlines()))
        sys.stderr.write(f"rxwarden: {told}\n")
        sys.exit(ExitCode.FAILED)


def build_app(names: Iterable[str]) -> typer.Typer:
    """An application with the named commands."""
    app = typer.Typer(name="rxwarden", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_about)
    for name in names:
        module = import_module(COMMANDS[name])
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name.replace("-", "_")))
    return app


def _about() -> None:
    """Find illicit-sale language and unsupported medical claims about ketamine, and put them before reviewers."""


if __name__ == "__main__":
    main()
