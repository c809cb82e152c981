"""The running grader as a wheel, to be installed where it must grade just like here.

It is put together from the installed files: no build, no network. The built-in course stays out of
it: what is installed can be read by everybody on that machine, and a course holds solutions.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import re
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import grader
from grader.core.errors import UsageError

#: the built-in course, below the package
_COURSE = "course"
#: the earliest time a zip can hold: the same files give the same bytes
_TIME = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def zipped(files: Mapping[str, bytes], modes: Mapping[str, int], mode: int) -> bytes:
    """Give a zip of these files, in order of their names; mode is for those that modes lacks."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3  # Unix: else the permissions are not taken for any
            entry.external_attr = (0o100000 | modes.get(name, mode)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return stream.getvalue()


def own_wheel() -> tuple[str, bytes]:
    """Give the wheel's file name and its bytes."""
    package = Path(grader.__file__).parent
    files = {
        f"grader/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and _belongs(path.relative_to(package))
    }
    about = f"grader-{grader.__version__}.dist-info"
    requirements = "".join(f"Requires-Dist: {text}\n" for text in own_requirements())
    files |= {
        f"{about}/METADATA": (
            "Metadata-Version: 2.1\nName: grader\n"
            f"Version: {grader.__version__}\nRequires-Python: >=3.11\n{requirements}"
        ).encode(),
        f"{about}/WHEEL": (
            b"Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
        f"{about}/entry_points.txt": b"[console_scripts]\ngrader = grader.cli:main\n",
    }
    lines = [f"{name},{_digest(data)},{len(data)}\n" for name, data in sorted(files.items())]
    files[f"{about}/RECORD"] = ("".join(lines) + f"{about}/RECORD,,\n").encode()
    return f"grader-{grader.__version__}-py3-none-any.whl", zipped(files, {}, 0o644)


def own_requirements() -> list[str]:
    """Give what grader needs, without extras: of its checkout where it runs from one."""
    project = Path(grader.__file__).parents[1] / "pyproject.toml"
    if project.is_file():
        declared = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {})
        if declared.get("name") == "grader":
            return [str(text) for text in declared["dependencies"]]
    try:
        listed = importlib.metadata.requires("grader") or []
    except importlib.metadata.PackageNotFoundError as error:
        raise UsageError(
            where="grader", what="is not installed, so it cannot be packed", hint="pip install it"
        ) from error
    return [text for text in listed if "extra ==" not in text]


def constraints() -> str:
    """Give the versions of what grader needs, as installed here, in the form of pip."""
    names = [found[0] for text in own_requirements() if (found := _NAME.match(text))]
    return "".join(f"{name}=={importlib.metadata.version(name)}\n" for name in names)


def _belongs(path: Path) -> bool:
    return path.parts[0] != _COURSE and "__pycache__" not in path.parts


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"
