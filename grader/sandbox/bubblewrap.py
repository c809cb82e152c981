"""The walls of L3: the command that starts a zygote inside bubblewrap.

Theory of operation. bwrap makes namespaces of its own for users, mounts, processes, network and
the rest, and a root that is an empty tmpfs. Into it go, read-only, the parts of the layout and
nothing else: stat() of any other name says ENOENT, which Landlock cannot do. Where packages lie
inside something that is bound (site-packages inside the standard library), an empty tmpfs covers
them and only the named ones are bound again. There is no
/proc, and no place to write: what is mounted fresh is made read-only once all is in it.

Two processes: the first watches, the second is pid 1 inside and becomes the zygote, which then
locks itself as on L1. --die-with-parent ties it to the first, and that to us; the kernel ends all
workers with their pid 1. (The default is a pid 1 of bwrap's own, for which the first does not wait:
where the init of a container does not reap, each end would leave a defunct process.) Everything
runs with the user of the grader, or as nobody when that is root: bwrap is started after root was
given up, and makes a user namespace for itself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from grader.sandbox import layout as layouts
from grader.sandbox.layout import Layout

_PACKAGE_TREES = ("python", "site-packages", "dist-packages")
#: optional: the loader's cache, local time, and the links by which Debian picks a BLAS
_SYSTEM_FILES = (*layouts.SYSTEM_FILES, "/etc/alternatives")
_TEMPORARY_BYTES = 1 << 20


def find() -> str:
    """Where the bwrap program lies; '' when it is not on PATH."""
    found = shutil.which("bwrap")
    return os.path.realpath(found) if found else ""


def prefix(bwrap: str, layout: Layout, environment: Mapping[str, str]) -> list[str]:
    """argv up to the command that is to run inside, which sees this environment only."""
    flags = ["--unshare-all", "--as-pid-1", "--die-with-parent", "--new-session", "--clearenv"]
    settings = [word for item in environment.items() for word in ("--setenv", *item)]
    fresh = ["--dev", "/dev", "--remount-ro", "/dev"]
    fresh += ["--size", str(_TEMPORARY_BYTES), "--tmpfs", "/tmp"]
    closing = ["--remount-ro", "/tmp", "--remount-ro", "/", "--chdir", "/", "--"]
    return [bwrap, *flags, *settings, *fresh, *_mounts(layout), *closing]


def _mounts(layout: Layout) -> list[str]:
    """Links, then directories from the outside in: a cover before what is bound on top of it."""
    sources = {path: path for path in (*layout.parts, *layout.library_directories)}
    sources |= _loaders()
    covers = {tree for path in sources for tree in _package_trees(path)} - set(sources)
    words = [w for name in _library_links() for w in ("--symlink", os.readlink(name), name)]
    closing: list[str] = []
    is_bound: dict[str, bool] = {}
    for path in sorted([*sources, *covers]):
        below_bound = _is_bound_above(path, is_bound)
        is_cover = path in covers
        if below_bound is not is_cover:  # nothing to cover, or visible already
            continue
        is_bound[path] = not is_cover
        words += ["--tmpfs", path] if is_cover else ["--ro-bind", sources[path], path]
        closing += ["--remount-ro", path] if is_cover else []
    optional = [word for path in _SYSTEM_FILES for word in ("--ro-bind-try", path, path)]
    return [*words, *optional, *closing]


def _is_bound_above(path: str, is_bound: Mapping[str, bool]) -> bool:
    """Whether the nearest directory above it that is mounted shows the host's files."""
    while path != "/":
        path = os.path.dirname(path)
        if path in is_bound:
            return is_bound[path]
    return False


def _package_trees(directory: str) -> list[str]:
    """Directories right inside it that hold Python packages, or may."""
    if not os.path.isdir(directory):
        return []
    with os.scandir(directory) as entries:
        inside = [e for e in entries if e.is_dir(follow_symlinks=False)]
    return [e.path for e in inside if e.name.startswith(_PACKAGE_TREES)]


def _library_links() -> list[str]:
    """/lib and /lib64 where they are links: programs name their loader by them."""
    names = sorted(name for name in os.listdir("/") if name.startswith("lib"))
    return [f"/{name}" for name in names if os.path.islink(f"/{name}")]


def _loaders() -> dict[str, str]:
    """The program loaders by the names that programs know them by: where to bind, what."""
    found: dict[str, str] = {}
    for name in os.listdir("/"):
        home = os.path.realpath(f"/{name}")
        if name.startswith("lib") and os.path.isdir(home):
            entries = [e for e in os.listdir(home) if e.startswith("ld-") and ".so" in e]
            found |= {f"{home}/{e}": os.path.realpath(f"{home}/{e}") for e in entries}
    return found
