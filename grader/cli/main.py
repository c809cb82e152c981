"""`grader`: parse the arguments, run one command, turn every error into a message and an exit code.

Exit: 0 graded (and at or above --fail-under), 1 graded below it, 2 usage or an unreadable question,
3 our own fault. Commands are imported when they run: `grader --help` costs argparse and no more.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

import grader
from grader.core.errors import GraderError, IsolationError, SandboxFault

EXIT_GRADED, EXIT_BELOW, EXIT_USAGE, EXIT_OUR_FAULT, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

_COMMANDS = {
    "grade": "grade submissions to a question",
    "check": "check your own solution against the shown cases",
    "verify": "test questions: reference, known answers, mutants",
    "list": "list the questions of the course",
    "show": "show a question as a student sees it",
    "new": "start a question: the file and its reference",
    "new-course": "start a course folder",
    "handout": "write what a student may see of a question",
    "replay": "grade again what a stored report is of, and compare",
    "regrade": "grade stored submissions with the questions of today: who gains, who loses",
    "export": "fill a grade book, or pack a question for another system",
    "submit": "hand a solution in to a server, and read what became of it",
    "serve": "serve the course to students and instructors",
    "doctor": "say which isolation this host can give",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code; no traceback ever reaches the user."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except IsolationError as error:
        _complain(str(error))
        return EXIT_OUR_FAULT
    except GraderError as error:
        _complain(str(error))
        return EXIT_USAGE
    except SandboxFault as error:
        _complain(f"the sandbox failed: {error}")
        return EXIT_OUR_FAULT
    except KeyboardInterrupt:
        _complain("stopped")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # the reader (head, less) has gone: not a fault, but the interpreter must not try to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_GRADED
    except Exception as error:  # the outermost edge: a fault of ours, named as such
        if os.environ.get("GRADER_DEBUG"):
            raise
        _complain(
            f"internal fault: {type(error).__name__}: {str(error)[:300]}; "
            "set GRADER_DEBUG=1 to see where"
        )
        return EXIT_OUR_FAULT


def _run(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grade exercises in numerical programming.",
        epilog="'grader COMMAND --help' describes a command.",
    )
    parser.add_argument("--version", action="version", version=f"grader {grader.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in given if not word.startswith("-")), None)
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if name == chosen:
            _module(name).add_arguments(command)
    options = parser.parse_args(given)
    return _module(options.command).run(options)


class _Command(Protocol):
    """What every command module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Run the command and give the exit code."""


def _module(name: str) -> _Command:
    return cast(_Command, importlib.import_module(f"grader.cli.{name.replace('-', '_')}_command"))


def _complain(message: str) -> None:
    print(f"grader: {message}", file=sys.stderr)
