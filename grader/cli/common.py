"""What several commands share: options, the course, colour, files written whole."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from grader.core.call import Isolation
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from grader.bank import Course


def add_course_option(parser: argparse.ArgumentParser) -> None:
    """Declare --course."""
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="course folder with questions/ and reference/ (default: found by walking up)",
    )


def add_isolation_option(parser: argparse.ArgumentParser) -> None:
    """Declare --require-isolation."""
    parser.add_argument(
        "--require-isolation",
        choices=[level.value for level in Isolation],
        metavar="LEVEL",
        help="refuse to run below this isolation: self-check, L1 or L3",
    )


def required_isolation(options: argparse.Namespace) -> Isolation | None:
    """Give the isolation that was asked for."""
    return Isolation(options.require_isolation) if options.require_isolation else None


def add_state_option(parser: argparse.ArgumentParser) -> None:
    """Declare --state."""
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="folder of the database (default: see README)"
    )


def state_folder(given: Path | None, *, is_demo: bool = False) -> Path:
    """Give the folder of a server's database; a demonstration has one of its own."""
    if given is not None:
        return given
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base, "grader-demo" if is_demo else "grader")


def require_packages(command: str, extra: str, names: tuple[str, ...]) -> None:
    """Refuse a command whose packages are not there, and say which extra has them."""
    import importlib.util

    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            where=command,
            what=f"{', '.join(missing)} not installed",
            hint=f"pip install 'grader[{extra}]'",
        )


#: what the server and whatever reads its database need
SERVER_PACKAGES = ("fastapi", "uvicorn", "jinja2", "sqlalchemy", "alembic", "fsrs", "multipart")


def course_of(options: argparse.Namespace) -> Course:
    """Find the course that the command is about."""
    from grader.bank import find_course

    return find_course(Path.cwd(), options.course)


def submission_path(given: str) -> Path:
    """Give the path of a submission; an empty word is a forgotten one, never this folder."""
    if not given:
        raise UsageError(where="", what="a submission has an empty name", hint="- is stdin")
    return Path(given)


def wants_colour(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that may be coloured (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_whole(path: Path, text: str) -> None:
    """Write a text file that everybody may read; a reader never sees half of it."""
    write_bytes_whole(path, text.encode(), 0o644)


def write_bytes_whole(path: Path, raw: bytes, mode: int = 0o600) -> None:
    """Write a file by way of a temporary one beside it, whole or not at all."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
            os.chmod(temporary, mode)
            os.replace(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            where=str(path), what=f"cannot be written ({(error.strerror or '').lower()})"
        ) from error


def harmless_name(name: str, longest: int = 150) -> str:
    """Give a file name of at most so many bytes that holds no separator and is not hidden.

    File systems allow 255 bytes, of which the writer needs some.
    """
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    return kept.encode()[:longest].decode(errors="ignore").lstrip(".")


def print_text(text: str) -> None:
    """Print text that may hold characters the terminal's encoding lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    if not text.endswith("\n"):
        sys.stdout.write("\n")


def positive_int(text: str) -> int:
    """Parse a whole number above 0 for argparse."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not above 0")
    return value
