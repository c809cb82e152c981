"""Where reports go: printed, one file, or a folder; in the format and for the reader asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.common import harmless_name, positive_int, print_text, wants_colour, write_whole
from grader.core.errors import UsageError
from grader.report.formats import FORMATS, Surroundings, rendered

if TYPE_CHECKING:
    from grader.core.report import Report
    from grader.core.reveal import Reveal
    from grader.report.as_classroom50 import ClassroomRun

#: what the runner of Classroom 50 tells an autograder; a result without them is refused there
_CLASSROOM = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Declare --format, --output and --audience."""
    parser.add_argument(
        "--format", choices=list(FORMATS), default="text", help="how reports are written"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write here; a folder gets one file per submission",
    )
    parser.add_argument(
        "--audience",
        choices=["instructor", "learner"],
        help="who reads it: learners see of hidden groups only what became of them "
        "(default: learner for github, gradescope, prairielearn and classroom50)",
    )
    parser.add_argument(
        "--attempt",
        type=positive_int,
        default=1,
        metavar="N",
        help="which attempt of a learner it is, where the question reveals more with each "
        "(default 1)",
    )


def check_output(options: argparse.Namespace, count: int) -> None:
    """Refuse what cannot be written, before anything is graded."""
    chosen = FORMATS[options.format]
    if options.audience is not None and options.audience not in chosen.audiences:
        raise UsageError(
            where="--audience",
            what=f"students see all of what --format {options.format} writes",
            hint="--format html shows an instructor everything",
        )
    if count > 1 and not chosen.holds_many and not _is_folder(options.output):
        raise UsageError(
            where=f"--format {options.format}",
            what=f"holds one submission, and there are {count}",
            hint="use --output FOLDER, with a folder that exists, for a file per submission",
        )
    if options.format == "github" and options.output and not _is_folder(options.output):
        raise UsageError(
            where="--output",
            what="--format github writes report.json, junit.xml and summary.md into a folder",
            hint="use --output FOLDER, with a folder that exists",
        )
    if options.format == "classroom50":
        _classroom_run()


def deliver(
    reports: Sequence[Report],
    paths: Sequence[str],
    options: argparse.Namespace,
    reveal: Reveal | None = None,
) -> None:
    """Print or write the reports; paths are those of the submissions, as they were given.

    reveal: how much a learner is told at each attempt; everything without it.
    """
    from grader.core.redact import Audience, redact
    from grader.core.reveal import Reveal

    chosen = FORMATS[options.format]
    audience = Audience(options.audience or chosen.audiences[0])
    stage = (reveal or Reveal()).at(options.attempt)
    seen = [redact(report, audience, stage) for report in reports]
    if options.format == "github":
        from grader.cli.github_output import deliver_to_github

        deliver_to_github(seen, paths, options.output)
    elif options.output is None:
        _print(seen, paths, options.format)
    elif not _is_folder(options.output):
        _write(options.output, seen, options.format)
    elif chosen.whole:
        _write(options.output / chosen.whole, seen, options.format)
    else:
        for report, name in zip(seen, file_names(seen), strict=True):
            _write(options.output / f"{name}.{chosen.suffix}", [report], options.format)


def file_names(reports: Sequence[Report]) -> list[str]:
    """Give a harmless, unique file name for each submission."""
    names: list[str] = []
    taken: dict[str, int] = {}
    for report in reports:
        name = harmless_name(report.submission_name) or "submission"
        taken[name] = taken.get(name, 0) + 1
        names.append(f"{name}~{taken[name]}" if taken[name] > 1 else name)
    return names


def _is_folder(path: Path | None) -> bool:
    return path is not None and path.is_dir()


def _print(reports: Sequence[Report], paths: Sequence[str], form: str) -> None:
    colour = form == "text" and wants_colour(sys.stdout)
    around = Surroundings(colour=colour, paths=tuple(paths), classroom=_run_of(form))
    text = rendered(form, reports, around)
    if text is None:
        _say_that_there_is_none(form)
    else:
        print_text(text)


def _write(path: Path, reports: Sequence[Report], form: str) -> None:
    text = rendered(form, reports, Surroundings(classroom=_run_of(form)))
    if text is None:
        _say_that_there_is_none(form)
    else:
        write_whole(path, text)


def _say_that_there_is_none(form: str) -> None:
    print(f"grader: no score, so there is no {form} result", file=sys.stderr)


def _run_of(form: str) -> ClassroomRun | None:
    return _classroom_run() if form == "classroom50" else None


def _classroom_run() -> ClassroomRun:
    """Read what the runner of Classroom 50 says of the run it is in."""
    from grader.report.as_classroom50 import ClassroomRun

    missing = [name for name in _CLASSROOM if not os.environ.get(name)]
    if missing:
        raise UsageError(
            where="--format classroom50",
            what=f"{', '.join(missing)} not set",
            hint="the runner of Classroom 50 sets what a result must name",
        )
    classroom, assignment, submission, commit, release = (os.environ[n] for n in _CLASSROOM)
    return ClassroomRun(
        classroom=classroom,
        assignment=assignment,
        submission=submission,
        commit=commit,
        release=release,
        review=os.environ.get("REVIEW_URL", ""),
        graded_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
