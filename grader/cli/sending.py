"""What `grader submit` sends, to where, and as whom: files, address and token."""

from __future__ import annotations

import argparse
import base64
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.cli.common import submission_path
from grader.core.errors import UsageError
from grader.core.handed_in import MOST_BYTES, MOST_FILES, digest_of_hand_in

_TOKEN = re.compile(r"grader_[\w-]{20,200}", re.ASCII)
_LONGEST_TOKEN_FILE = 4096
_UNFIT = re.compile(r"[^\w. ()+-]", re.ASCII)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One hand-in. kind: submit or check; exam: its id, '' for practice."""

    question: str
    kind: str
    exam: str
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """Give the hash that the server's receipt will have, too."""
        return digest_of_hand_in(self.question, self.kind, self.exam, self.files)

    def as_body(self) -> dict[str, object]:
        """Give what the API takes: base64 is byte for byte what the files hold."""
        files = [
            {"name": name, "base64": base64.b64encode(content).decode()}
            for name, content in self.files.items()
        ]
        return {"kind": self.kind, "exam": self.exam, "files": files}


def parcel_of(options: argparse.Namespace) -> Parcel:
    """Read the files; UsageError names what cannot be handed in."""
    from grader.grading.intake import read_standard_input, read_submission

    files: dict[str, bytes] = {}
    for given in options.files:
        found = read_standard_input() if given == "-" else read_submission(submission_path(given))
        if found.refusal:
            raise UsageError(where="", what=found.refusal)
        for name, content in found.files.items():
            sent = _name(name)
            if sent in files:
                raise UsageError(where=given, what=f"two files are called {sent!r}")
            files[sent] = content
    if len(files) > MOST_FILES:
        raise UsageError(where="", what=f"{len(files)} files; at most {MOST_FILES} can be sent")
    if sum(map(len, files.values())) > MOST_BYTES:
        what = f"larger than {MOST_BYTES >> 10} KiB"
        raise UsageError(where="", what=what, hint="hand in the source alone, without data")
    kind = "check" if options.check else "submit"
    return Parcel(question=options.question, kind=kind, exam=options.exam, files=files)


def _name(name: str) -> str:
    """Give a file's name as the server takes it: plain characters, no folders."""
    if "/" in name:
        hint = "zip the folder and hand in the zip"
        raise UsageError(where=name, what="lies in a folder of the folder", hint=hint)
    plain = _UNFIT.sub("_", name)
    if plain.lower().endswith((".py", ".ipynb", ".zip")):
        return plain[-_LONGEST_NAME:].lstrip(" .") or plain
    raise UsageError(where=name, what="is of another kind", hint="hand in .py, .ipynb or .zip")


def address_of(options: argparse.Namespace) -> str:
    """Give the address of the server."""
    found = options.server or os.environ.get("GRADER_SERVER", "")
    if not found:
        hint = "name it with --server URL, or in GRADER_SERVER"
        raise UsageError(where="--server", what="no server is named", hint=hint)
    return str(found)


def token_of(options: argparse.Namespace) -> str:
    """Give the token: of the file that is named, else of the environment."""
    found = os.environ.get("GRADER_TOKEN", "")
    if options.token_file is not None:
        found = _read_token(options.token_file)
    if not found:
        hint = "make one on the server's page /tokens, and name its file with --token-file"
        raise UsageError(where="", what="there is no token", hint=hint)
    if not _TOKEN.fullmatch(found.strip()):
        where = str(options.token_file) if options.token_file is not None else "GRADER_TOKEN"
        raise UsageError(where=where, what="holds no token", hint="a token begins with 'grader_'")
    return found.strip()


def _read_token(path: Path) -> str:
    try:
        with path.open("rb") as file:
            is_open = os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o044
            text = file.read(_LONGEST_TOKEN_FILE).decode("ascii", "replace")
    except OSError as error:
        what = f"cannot be read ({(error.strerror or '').lower()})"
        raise UsageError(where=str(path), what=what) from error
    if is_open:
        print(f"grader: {path} can be read by others; chmod 600 mends it", file=sys.stderr)
    return text
