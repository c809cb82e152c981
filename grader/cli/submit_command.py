"""`grader submit QUESTION FILE…`: hand in to a server, keep the receipt, wait, show the report.

Whatever breaks on the way, nothing is handed in twice: what was sent last decides the key, so the
same again is the same hand-in, also by another run of this command, until something else was sent.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.cli.asking import Answer, Server, Unreachable, loaded, server_at
from grader.cli.common import positive_int, print_text, wants_colour
from grader.cli.sending import Parcel, address_of, parcel_of, token_of
from grader.cli.thresholds import exit_code, threshold
from grader.core.errors import UsageError

_PATIENCE_SECONDS = 60
_SHORTEST_LOOK, _LONGEST_LOOK = 0.3, 3.0
_STATES = ("queued", "running", "done")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `submit`."""
    parser.add_argument("question", help="id of the question")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=".py files, a notebook, a zip, a folder of them, or - for stdin",
    )
    parser.add_argument("--server", metavar="URL", help="address (default: GRADER_SERVER)")
    parser.add_argument("--exam", metavar="ID", default="", help="the exam it is for")
    parser.add_argument(
        "--check", action="store_true", help="only check the shown cases; it does not count"
    )
    parser.add_argument("--no-wait", action="store_true", help="stop after the receipt")
    parser.add_argument(
        "--json", action="store_true", help="print the report as JSON, and all else on stderr"
    )
    parser.add_argument(
        "--fail-under",
        type=threshold,
        metavar="POINTS",
        help="exit 1 when the score is below this (points, or '80%%')",
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="file with your token (default: GRADER_TOKEN); never an argument, others see those",
    )
    parser.add_argument(
        "--patience",
        type=positive_int,
        default=_PATIENCE_SECONDS,
        metavar="SECONDS",
        help=f"how long a server that fails is tried again (default {_PATIENCE_SECONDS})",
    )


def run(options: argparse.Namespace) -> int:
    """Hand in, show what became of it, and give the exit code."""
    from grader.cli.main import EXIT_GRADED, EXIT_OUR_FAULT

    if options.no_wait and options.fail_under is not None:
        raise UsageError(where="--fail-under", what="needs the result", hint="leave out --no-wait")
    parcel = parcel_of(options)
    server = server_at(address_of(options), token_of(options), options.patience)
    try:
        receipt = _hand_in(server, parcel)
        _print_receipt(server, receipt, options)
        if options.no_wait:
            return EXIT_GRADED
        return _show(server, parcel, _wait(server, receipt), options)
    except Unreachable as fault:
        print(f"grader: {fault}", file=sys.stderr)
        return EXIT_OUR_FAULT


# -- handing in ----------------------------------------------------------------------------


def _hand_in(server: Server, parcel: Parcel) -> dict[str, Any]:
    """Give the receipt: of the newest hand-in if that is the very same, else of a new one."""
    asked = {"question": parcel.question, "exam": parcel.exam, "kind": parcel.kind, "limit": "1"}
    newest = loaded(server.get("submissions", **asked)).get("submissions")
    if not isinstance(newest, list) or not all(isinstance(each, dict) for each in newest):
        raise Unreachable("the server sent something else than submissions")
    last = newest[0] if newest else {}
    is_same = last.get("content_sha256") == parcel.digest
    if is_same and last.get("status") != "infrastructure_error":
        return _checked_receipt({**last, "id": last.get("receipt"), "is_new": False})
    key = hashlib.sha256(f"{parcel.digest} after {last.get('receipt', '')}".encode()).hexdigest()
    steps = ("questions", parcel.question, "submissions")
    return _checked_receipt(loaded(server.post(*steps, body=parcel.as_body(), key=key)))


def _checked_receipt(told: dict[str, Any]) -> dict[str, Any]:
    kinds = {"id": r"[\w-]{1,64}", "received_at": r"[\dT:.Z+-]{10,40}", "content_sha256": r"\w{64}"}
    for name, pattern in kinds.items():
        if not isinstance(told.get(name), str) or not re.fullmatch(pattern, told[name], re.ASCII):
            raise Unreachable("the server sent something else than a receipt")
    return {name: told[name] for name in kinds} | {"is_new": told.get("is_new") is True}


def _print_receipt(server: Server, receipt: Mapping[str, Any], options: argparse.Namespace) -> None:
    """Print the receipt: all that is asked for without waiting, else beside the report."""
    page = f"{server.address}/submissions/{receipt['id']}"
    verb = "received" if receipt["is_new"] else "was received before,"
    text = f"{verb} {receipt['received_at']}, receipt {receipt['id']}\n{page}"
    if not options.no_wait:
        print(text, file=sys.stderr, flush=True)
    else:
        print_text(json.dumps({**receipt, "page": page}, indent=1) if options.json else text)


# -- what became of it ---------------------------------------------------------------------


def _wait(server: Server, receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Ask until it is graded, and give how it stands then."""
    is_shown = sys.stderr.isatty()
    while True:
        told = loaded(server.get("submissions", str(receipt["id"])))
        ahead, seconds = told.get("ahead"), told.get("seconds")
        if told.get("state") not in _STATES or type(ahead) is not int or type(seconds) is not int:
            raise Unreachable("the server sent something else than a submission")
        if is_shown:
            _show_progress(str(told["state"]), ahead, seconds)
        if told["state"] == "done":
            return told
        time.sleep(min(max(_SHORTEST_LOOK, seconds / 4), _LONGEST_LOOK))


def _show_progress(state: str, ahead: int, seconds: int) -> None:
    said = {"running": "it is being graded", "done": ""}.get(
        state, f"{ahead} before it, about {seconds} s" if ahead else "it is next"
    )
    print(f"\r\x1b[K{said}", end="", file=sys.stderr, flush=True)


def _show(server: Server, parcel: Parcel, told: dict[str, Any], options: argparse.Namespace) -> int:
    from grader.cli.main import EXIT_GRADED, EXIT_OUR_FAULT

    match told.get("status"):
        case "graded" | "ungradable":
            answer = server.get("submissions", str(told["receipt"]), "report")
            return _show_report(answer, parcel, options)
        case "infrastructure_error":
            said = (
                "something of the server's failed while this was graded. It is not counted and "
                "uses no attempt, and there is no score, which is not zero; hand it in again"
            )
            print(f"grader: {said}", file=sys.stderr)
            return EXIT_OUR_FAULT
        case "hidden":
            print("It is graded. The result is shown when the exam has closed.", file=sys.stderr)
            if options.fail_under is not None:
                what = "the exam does not tell the score yet"
                raise UsageError(where="--fail-under", what=what)
            return EXIT_GRADED
        case _:
            raise Unreachable("the server does not say what became of it")


def _show_report(answer: Answer, parcel: Parcel, options: argparse.Namespace) -> int:
    from grader.cli.check_command import A_FEW_CASES
    from grader.report import report_as_text
    from grader.report.from_json import reports_from_json
    from grader.report.rebuilt import rebuilt
    from grader.report.strict_json import made_visible

    try:
        (stored,) = reports_from_json(answer.content, "the server's report")
    except (UsageError, ValueError) as error:  # none, or a list of several
        raise Unreachable("the server sent something else than a report") from error
    if stored.question_id != parcel.question:
        raise Unreachable("the server sent the report of another question")
    report = rebuilt(stored)
    if options.json:
        print_text(made_visible(answer.content.decode("utf-8-sig")))
    else:
        print_text(report_as_text(report, colour=wants_colour(sys.stdout)))
        if parcel.kind == "check":
            print_text(f"\n{A_FEW_CASES}")
    return exit_code([report], options.fail_under)
