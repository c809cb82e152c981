"""Where the interpreter and numpy lie: what the zygote is started with and may read, no more.

A rule on a directory grants everything below it, and site-packages usually lies inside the standard
library: so the children of that directory are granted one by one, without the directories of
packages. Of those, only the named packages and their bundled libraries are granted, never the
whole: the reference, questions and example corpora may be installed beside them.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.core.errors import IsolationError

_PACKAGE_DIRECTORIES = {"site-packages", "dist-packages"}
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_HERE = Path(__file__).resolve().parent
_JAIL, _CODEC = str(_HERE / "jail"), str(_HERE.parent / "core" / "codec.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Absolute paths of one interpreter with its packages.

    module_path: sys.path of the zygote while it imports; package_directories: the part of it that
    is forgotten afterwards. readable: what Landlock grants. parts: what must be readable to start;
    needed: the outermost of these. library_directories: where the libraries in use lie, perhaps
    with much else.
    """

    executable: str
    module_path: tuple[str, ...]
    package_directories: tuple[str, ...]
    readable: tuple[str, ...]
    parts: tuple[str, ...]
    needed: tuple[str, ...]
    library_directories: tuple[str, ...]
    jail: str
    codec: str


def find(packages: tuple[str, ...]) -> Layout:
    """The layout of the running interpreter; IsolationError when a package is not installed."""
    executable = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    stdlib = os.path.dirname(os.path.realpath(os.__file__))
    dynload = [e for e in map(os.path.realpath, sys.path) if e.endswith("lib-dynload")]
    homes = {name: _home(name) for name in packages}
    package_paths = [path for name, home in homes.items() for path in _of_package(name, home)]
    mapped = _mapped_files()
    own_libraries = [path for path in mapped if path.startswith(_own_library_directory() + "/lib")]
    parts = [executable, stdlib, *dynload, *package_paths, *own_libraries, _JAIL, _CODEC]
    return Layout(
        executable=executable,
        module_path=(stdlib, *dict.fromkeys(dynload), *dict.fromkeys(homes.values())),
        package_directories=tuple(dict.fromkeys(homes.values())),
        readable=(
            *_children(stdlib),
            *dict.fromkeys(dynload),
            *package_paths,
            *_system_libraries(mapped),
            *own_libraries,
            *_DEVICES,
            *SYSTEM_FILES,
        ),
        parts=tuple(dict.fromkeys(parts)),
        needed=_outermost(parts),
        library_directories=tuple(
            sorted({*_libc_homes(mapped), *map(os.path.dirname, own_libraries)})
        ),
        jail=_JAIL,
        codec=_CODEC,
    )


def _home(package: str) -> str:
    """The directory a package is installed in."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise IsolationError(
            where="sandbox",
            what=f"package {package!r} is not installed",
            hint="install it with pip",
        )
    return os.path.dirname(os.path.dirname(os.path.realpath(spec.origin)))


def _of_package(name: str, home: str) -> list[str]:
    paths = [os.path.join(home, name), os.path.join(home, f"{name}.libs")]
    return [path for path in paths if os.path.isdir(path)]


def _children(stdlib: str) -> list[str]:
    """Entries of the standard library directory, without packages and links that lead out of it."""
    kept = []
    for entry in sorted(os.scandir(stdlib), key=lambda entry: entry.name):
        inside = os.path.realpath(entry.path).startswith(stdlib + os.sep)
        if entry.name not in _PACKAGE_DIRECTORIES and inside:
            kept.append(entry.path)
    return kept


def _mapped_files() -> list[str]:
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return []
    fields = (line.split(maxsplit=5) for line in lines)
    return sorted({parts[5] for parts in fields if len(parts) == 6 and parts[5].startswith("/")})


def _own_library_directory() -> str:
    return os.path.join(os.path.realpath(sys.base_prefix), "lib")


def _system_libraries(mapped: list[str]) -> list[str]:
    """The directory of libc, or only the files in use when a Python tree lies in that directory."""
    found: list[str] = []
    for home in _libc_homes(mapped):
        if any(name.startswith("python") for name in os.listdir(home)):
            found += [path for path in mapped if os.path.dirname(path) == home]
        else:
            found.append(home)
    return found


def _libc_homes(mapped: list[str]) -> list[str]:
    names = ("libc.", "libc-", "ld-musl-")
    found = {os.path.dirname(p) for p in mapped if os.path.basename(p).startswith(names)}
    return sorted(found)


def is_installed(package: str) -> bool:
    """Whether it lies in a directory of packages; one in the current folder is not meant."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        return False
    return os.path.basename(_home(package)) in _PACKAGE_DIRECTORIES


def _outermost(paths: list[str]) -> tuple[str, ...]:
    """Paths without those that lie below another one, in a stable order."""
    kept: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path.startswith(outer + os.sep) for outer in kept):
            kept.append(path)
    return tuple(kept)


def covered_directories(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The outermost directories that keep an unprivileged user from reaching paths."""
    blocked = []
    for path in paths:
        for ancestor in reversed(Path(path).parents):
            if not ancestor.stat().st_mode & 0o001:
                blocked.append(str(ancestor))
                break
    return _outermost(blocked)


def unreadable(paths: tuple[str, ...]) -> list[str]:
    """Those of paths that are themselves closed to an unprivileged user, wherever they lie."""
    closed = []
    for path in paths:
        probes = [path] if os.path.isfile(path) else [path, *_first_files(path)]
        for probe in probes:
            wanted = 0o005 if os.path.isdir(probe) else 0o004
            if os.stat(probe).st_mode & wanted != wanted:
                closed.append(probe)
                break
    return closed


def _first_files(directory: str) -> list[str]:
    names = [os.path.join(directory, name) for name in ("os.py", "__init__.py", "boot.py")]
    return [name for name in names if os.path.isfile(name)]
