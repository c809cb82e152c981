"""The command line of a zygote, and what must be true of it before it is trusted.

As root the command first gives root up (jail/drop.py); where that cannot work it is refused here,
with the path that is in the way. Inside bubblewrap the order is: give root up, bwrap, zygote.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from grader.core.errors import IsolationError
from grader.sandbox import bubblewrap, host
from grader.sandbox import layout as layouts
from grader.sandbox.jail.drop import CANNOT_MOUNT
from grader.sandbox.layout import Layout

#: 65534 is nobody on every Linux; it owns nothing
UNPRIVILEGED_UID = 65534
# -P -s -S and this very environment are what -I gives, with a fixed hash seed: the order of a set
# of strings is then the same at every grading
_FLAGS = ("-P", "-s", "-S", "-B", "-X", "utf8")
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_CAP_SYS_ADMIN = 21
_CAPS_OF_A_CHANGE = (6, 7)  # CAP_SETGID, CAP_SETUID


def command(layout: Layout, settings: dict[str, Any], bwrap: str = "") -> list[str]:
    """argv of a zygote or cold worker with these settings, inside the walls of bwrap if given."""
    settings = {
        **settings,
        "path": layout.module_path,
        "package_directories": layout.package_directories,
        "packages": _packages(layout),
        "readable": layout.readable,
        "codec": layout.codec,
        "has_walls": bool(bwrap),
    }
    return _started(layout, [os.path.join(layout.jail, "boot.py"), json.dumps(settings)], bwrap)


def bare_command(layout: Layout, bwrap: str) -> list[str]:
    """argv of an interpreter that does nothing inside the walls."""
    return _started(layout, ["-c", ""], bwrap)


def _started(layout: Layout, arguments: list[str], bwrap: str) -> list[str]:
    interpreter = [layout.executable, *_FLAGS]
    argv = [*interpreter, *arguments]
    if bwrap:
        argv = [*bubblewrap.prefix(bwrap, layout, ENVIRONMENT), *argv]
        layout = dataclasses.replace(layout, needed=(*layout.needed, bwrap))
    if not _is_root():
        return argv
    covered = _covered(layout)
    dropping = {
        "covered": covered,
        "needed": [p for p in layout.needed if any(p.startswith(c + os.sep) for c in covered)],
        "uid": UNPRIVILEGED_UID,
        "argv": argv,
        "environment": ENVIRONMENT,
    }
    return [*interpreter, os.path.join(layout.jail, "drop.py"), json.dumps(dropping)]


def refusal(last_words: str) -> IsolationError | None:
    """What the host would not allow, by what the starting command said; None for a fault of ours.

    bwrap and jail/drop.py run before any code of the zygote, so these words are theirs.
    """
    said = last_words.strip().splitlines()[-1][:500] if last_words.strip() else ""
    if said.startswith("bwrap: "):
        return IsolationError(
            where="sandbox",
            what=f"this host does not let bubblewrap build its walls ({said})",
            hint=host.how_to_get("bubblewrap" if "Unknown option" in said else "namespaces"),
        )
    if said.startswith(CANNOT_MOUNT):
        return IsolationError(
            where="sandbox",
            what=f"started as root, and {said}",
            hint="start grader as an ordinary user, or install Python and the environment where "
            "everybody may read; in a container, profiles that allow unshare and mount",
        )
    return None


def start(command: list[str], control: int, *, must_stay: bool) -> subprocess.Popen[bytes]:
    """The process, and with must_stay a thread that started it and stays as long as it runs.

    bwrap dies with its parent, which for the kernel is the thread that started it: in a pool of
    threads one that is done would take the zygote with it.
    """
    started: Future[subprocess.Popen[bytes]] = Future()

    def run() -> None:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=(control,),
                start_new_session=True,
            )
        except BaseException as error:  # noqa: BLE001 -- raised again by the thread that asks
            started.set_exception(error)
            return
        started.set_result(process)
        if must_stay:
            process.wait()

    if must_stay:
        threading.Thread(target=run, name="keep-zygote", daemon=True).start()
    else:
        run()
    return started.result()


def _packages(layout: Layout) -> list[str]:
    return [os.path.basename(path) for path in layout.readable if _is_package(layout, path)]


def _is_package(layout: Layout, path: str) -> bool:
    home, name = os.path.split(path)
    return home in layout.package_directories and not name.endswith(".libs")


def _is_root() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def _covered(layout: Layout) -> tuple[str, ...]:
    """Directories to cover for the unprivileged user; IsolationError if that cannot work."""
    if not all(map(_has_capability, _CAPS_OF_A_CHANGE)):
        raise IsolationError(
            where="sandbox",
            what="started as root without the right to become another user",
            hint="start grader as an ordinary user, or with CAP_SETUID and CAP_SETGID",
        )
    closed = layouts.unreadable(layout.needed)
    if closed:
        raise IsolationError(
            where="sandbox",
            what=f"started as root, and {closed[0]} is not readable for an unprivileged user",
            hint=f"run `chmod -R o+rX {closed[0]}`, or start grader as an ordinary user",
        )
    covered = layouts.covered_directories(layout.needed)
    if covered and not _has_capability(_CAP_SYS_ADMIN):
        raise IsolationError(
            where="sandbox",
            what=f"started as root, and {covered[0]} cannot be entered by an unprivileged user",
            hint="start grader as an ordinary user, or with CAP_SYS_ADMIN, or install Python and "
            "the environment where everybody may read",
        )
    return covered


def _has_capability(number: int) -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return False


def check_report(layout: Layout, report: dict[str, Any]) -> None:
    """Refuse a zygote that is not exactly what was meant to be started."""
    if report["tasks"] != 1:
        raise _unfit(f"it has {report['tasks']} threads", "a BLAS library ignores *_NUM_THREADS=1")
    ids = {*report["users"], *report["groups"]}
    if 0 in report["users"] or (_is_root() and ids != {UNPRIVILEGED_UID}):
        raise _unfit(f"it runs with the ids {sorted(ids)}", "start grader as an ordinary user")
    known = sys.stdlib_module_names | {"grader", "__main__"} | set(_packages(layout))
    for directory, names in report["modules"].items():
        if directory and not _may_hold_modules(layout, directory):
            raise _unfit(f"it has imported {names[0]} from {directory}")
        # with a file the directory decides: extension modules of scipy have names of all kinds
        strange = [n for n in names if not directory and n.partition(".")[0] not in known]
        strange = [name for name in strange if not _is_builtin_extra(name)]
        if strange:
            raise _unfit(f"it has imported {strange[0]}")


def _may_hold_modules(layout: Layout, directory: str) -> bool:
    """Whether it belongs to the standard library, a named package or us, and to no neighbour."""
    if directory in (layout.jail, os.path.dirname(layout.codec)):
        return True  # wherever it is installed, perhaps beside the packages
    packages = [path for path in layout.readable if _is_package(layout, path)]
    if _is_within(directory, layout.package_directories):
        return _is_within(directory, packages)
    return _is_within(directory, layout.module_path)


def _is_within(path: str, directories: Iterable[str]) -> bool:
    return any(path == outer or path.startswith(outer + os.sep) for outer in directories)


def _is_builtin_extra(name: str) -> bool:
    """Private data modules that the standard library makes for itself, and Cython's."""
    return name.startswith(("_sysconfigdata", "_cython_", "cython_runtime"))


def _unfit(what: str, hint: str = "") -> IsolationError:
    return IsolationError(where="sandbox", what=f"the zygote cannot be used: {what}", hint=hint)
