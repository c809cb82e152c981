"""`grader doctor`: which isolation this host can give, and how to get what is missing."""

from __future__ import annotations

import argparse
import textwrap

from grader.cli.common import add_isolation_option, print_text, required_isolation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `doctor`."""
    add_isolation_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print the table of features and the level; 3 when the required level is out of reach."""
    from grader.core.call import Isolation
    from grader.sandbox import available_level, probe

    features = probe()
    width = max(len(feature.name) for feature in features)
    for feature in features:
        mark = "yes" if feature.is_present else "NO "
        print_text(f"{feature.name:<{width}}  {mark}  protects {feature.protects}")
        if not feature.is_present:
            for line in textwrap.wrap(f"to get it: {feature.how}", 72 - width):
                print_text(" " * (width + 7) + line)
    level = available_level()
    broken = [f for f in features if f.name == "a worker that attacks" and not f.is_present]
    official = level.covers(Isolation.L1) and not broken
    print_text("")
    print_text(
        f"level {level.value}: "
        + ("official grades can be given" if official else "a self-check only, no official grades")
    )
    required = required_isolation(options)
    if (required is not None and not level.covers(required)) or broken:
        from grader.cli.main import EXIT_OUR_FAULT

        print_text(f"--require-isolation {required.value if required else level.value} would fail")
        return EXIT_OUR_FAULT
    return 0
