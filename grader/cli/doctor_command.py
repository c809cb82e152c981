"""`grader doctor`: which isolation this host can give, what is missing; how a server is."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.common import add_isolation_option, print_text, required_isolation
from grader.core.call import Isolation
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from grader.sandbox import Feature

_WIDTH = 80
_GAP = "  "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `doctor`."""
    add_isolation_option(parser)
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="look at the server whose folder this is, too"
    )
    parser.add_argument(
        "--audit", action="store_true", help="check the audit of that server, row by row"
    )


def run(options: argparse.Namespace) -> int:
    """Print what this host can give, and how a server is where one is named.

    3 when the required level is out of reach, 1 when something of the server does not hold.
    """
    if options.audit and options.state is None:
        hint = "name the folder of a server with --state"
        raise UsageError(where="--audit", what="there is nothing to check", hint=hint)
    code = _host(options)
    if options.state is None:
        return code
    from grader.cli.server_doctor import examine

    return max(code, examine(options.state, with_audit=options.audit))


def _host(options: argparse.Namespace) -> int:
    """Print the table of features and the level; 3 when the required level is out of reach."""
    from grader.sandbox import probe

    features = probe()
    print_text("\n".join(table(features)))
    levels = reached(features)
    best = levels[-1]
    print_text("")
    if best is Isolation.L3:
        print_text("best level: L3, used where --require-isolation L3 is given")
    print_text(_level_line(levels))
    required = required_isolation(options)
    broken = [feature for feature in features if feature.is_promise and not feature.is_present]
    wanted = required or (Isolation.L1 if any(f.level is Isolation.L1 for f in broken) else None)
    if wanted is not None and wanted not in levels:
        from grader.cli.main import EXIT_OUR_FAULT

        print_text(f"--require-isolation {wanted.value} would fail")
        return EXIT_OUR_FAULT
    return 0


def _level_line(levels: list[Isolation]) -> str:
    """The level where none is required, and whether official grades can be had."""
    if Isolation.L1 in levels:
        return "level L1: official grades can be given"
    if Isolation.L3 in levels:
        return "level self-check: official grades need --require-isolation L3"
    return "level self-check: a self-check only, no official grades"


def reached(features: list[Feature]) -> list[Isolation]:
    """The levels this host gives in full, weakest first; L3 can be there without L1."""
    found = [Isolation.SELF_CHECK]
    for level in (Isolation.L1, Isolation.L3):
        if any(f.is_promise and f.is_present and f.level is level for f in features):
            found.append(level)
    return found


def table(features: list[Feature]) -> list[str]:
    """Feature, present, what it protects; below what is missing, how to get it."""
    width = max(len(feature.name) for feature in features)
    lines = [_row("feature", "here", "protects", width), "-" * _WIDTH]
    for feature in features:
        here = "yes" if feature.is_present else "NO" if feature.level else "no"
        protects = feature.protects
        if not feature.is_present and feature.level is None:
            protects += "; covered by seccomp"
        lines.append(_row(feature.name, here, protects, width))
        if not feature.is_present and feature.level is not None:
            lines += _advice(feature)
    return lines


def _row(name: str, here: str, protects: str, width: int) -> str:
    head = f"{name:<{width}}{_GAP}{here:<4}{_GAP}"
    return "\n".join(_wrapped(protects, head))


def _advice(feature: Feature) -> list[str]:
    lines = _wrapped(feature.how, "    to get it: ") if feature.how else []
    for where, text in feature.elsewhere:
        lines += _wrapped(text, f"    - {where}: ", indent=6)
    return lines


def _wrapped(text: str, head: str, indent: int | None = None) -> list[str]:
    """Lines of at most 80 columns; later ones begin below the text, or at indent."""
    below = " " * (len(head) if indent is None else indent)
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=below,
        break_on_hyphens=False,
    ) or [head.rstrip()]
