"""What this host can enforce, found by trying forbidden things, not by version numbers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.call import Entry, Failed, Isolation, Program, Returned
from grader.core.errors import IsolationError, SandboxFault
from grader.sandbox import bubblewrap, host, spawn
from grader.sandbox import layout as layouts
from grader.sandbox.host import Feature

if TYPE_CHECKING:
    from grader.sandbox.worker import Worker

__all__ = ["Feature", "available_level", "level_for", "probe"]

_PACKAGE = Path(__file__).resolve().parents[1]
_CODEC = _PACKAGE / "core" / "codec.py"
_PROBE_SECONDS = 20.0
#: what L1 uses and L3 can do without, because its walls hold files off
_NOT_FOR_L3 = {"Landlock"}
#: where the attacks are tried, by level
ATTACKED = {
    Isolation.L1: "a worker that attacks",
    Isolation.L3: "a worker that attacks, at L3",
}


def available_level() -> Isolation:
    """The level of a sandbox for which none is required; nothing is started for it."""
    return Isolation.L1 if not _missing(Isolation.L1) else Isolation.SELF_CHECK


def _missing(level: Isolation) -> list[Feature]:
    skipped = _NOT_FOR_L3 if level is Isolation.L3 else set()
    return [f for f in host.kernel_features() if not f.is_present and f.name not in skipped]


def level_for(required: Isolation | None) -> Isolation:
    """The level to start a sandbox at; IsolationError when the required one cannot be had here.

    The walls of L3 are tried by starting an interpreter within them: 10 to 30 ms.
    """
    if required is Isolation.L3:
        why_not = _lacking(required, _missing(required)) or wall_problem()
        if why_not is not None:
            raise why_not
        return required
    available = available_level()
    if required is not None and not available.covers(required):
        raise _lacking(required, _missing(required)) or IsolationError(
            where="sandbox", what=f"isolation {required.value} was required and cannot be had here"
        )
    return available


def _lacking(required: Isolation, missing: list[Feature]) -> IsolationError | None:
    if not missing:
        return None
    names = ", ".join(feature.name for feature in missing)
    hint = missing[0].how
    if {feature.name for feature in missing} == _NOT_FOR_L3 and bubblewrap.find():
        hint += "; or --require-isolation L3, which needs none"
    return IsolationError(
        where="sandbox",
        what=f"isolation {required.value} was required, and this host has no {names}",
        hint=hint,
    )


def wall_problem() -> IsolationError | None:
    """Why a zygote cannot be walled in here, None when an interpreter starts within the walls."""
    bwrap = bubblewrap.find()
    if not bwrap:
        return IsolationError(
            where="sandbox",
            what="isolation L3 was required, and there is no program bwrap on PATH",
            hint=host.how_to_get("bubblewrap"),
        )
    try:
        done = subprocess.run(
            spawn.bare_command(layouts.find(("numpy",)), bwrap),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=spawn.ENVIRONMENT,
            cwd="/",
            timeout=_PROBE_SECONDS,
        )
    except IsolationError as error:
        return error
    except (OSError, subprocess.TimeoutExpired) as error:
        return IsolationError(where="sandbox", what=f"bwrap cannot be run: {error}")
    if done.returncode == 0:
        return None
    words = done.stderr.decode(errors="replace")
    return spawn.refusal(words) or IsolationError(
        where="sandbox",
        what=f"an interpreter does not start inside bubblewrap: {words.strip()[-500:]}",
        hint="report this with the output of `grader doctor`",
    )


#: promise: what a worker tries; it returns the names of what worked
_ATTEMPTS = """
import ctypes, os, socket

def _read_secrets(paths):
    for path in paths:
        try:
            with open(path, "rb"):
                return True
        except OSError:
            pass
    return False

def _works(action, *arguments):
    try:
        action(*arguments)
    except (OSError, ValueError):
        return False
    return True

def _fork():
    if os.fork() == 0:
        os._exit(0)

def attack(paths, hidden, directories, parent):
    tried = {
        "read files of the grader": _read_secrets(paths),
        "learn whether a file exists": any(_works(os.stat, path) for path in hidden),
        "list directories of the grader": any(_works(os.listdir, d) for d in directories),
        "read /proc": _works(open, "/proc/self/environ"),
        "write a file": _works(open, "/tmp/grader-attack", "w"),
        "open a socket": _works(socket.socket, socket.AF_INET),
        "open a local socket": _works(socket.socket, socket.AF_UNIX),
        "start a process": _works(_fork),
        "start a program": _works(os.execv, "/bin/true", ["true"]),
        "signal another process": _works(os.kill, parent, 0),
        "raise its own limits": _works(_raise_limits),
        "become root": os.getuid() == 0,
    }
    return [name for name, worked in tried.items() if worked]

def _raise_limits():
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
"""


def attack_program() -> Program:
    """A submission that tries what must not work."""
    parameters = ("paths", "hidden", "directories", "parent")
    return Program(
        files={"attack.py": _ATTEMPTS.encode()},
        entries=(Entry(name="attack", parameters=parameters),),
    )


def broken_promises(worker: Worker, isolation: Isolation) -> list[str]:
    """What worked of the attack that is loaded in worker; SandboxFault when it could not be run."""
    from grader.core import codec  # with numpy: after the zygote has started

    if isinstance(worker.loaded, Failed):
        raise SandboxFault(f"the self-test did not load: {worker.loaded.message}")
    is_walled = isolation is Isolation.L3
    # inside walls the codec is bound, which the worker has in memory anyway
    secrets = [str(path) for path in _secrets() if not (is_walled and path == _CODEC)]
    # and without Landlock a directory lists what is bound below it
    is_listing_denied = bool(host.landlock_version())
    inputs: Mapping[str, object] = {
        "paths": secrets,
        "hidden": secrets if is_walled else [],  # only walls can hide a name
        "directories": [str(_PACKAGE), str(Path.home()), "/tmp"] if is_listing_denied else [],
        "parent": os.getpid(),
    }
    answer = worker.call(codec.encode(inputs))
    if not isinstance(answer, Returned) or not isinstance(answer.value, list):
        raise SandboxFault(f"the self-test did not run: {answer}")
    return [str(name) for name in answer.value]


def _secrets() -> list[Path]:
    """Files that a worker must never read: our own, and a course's when one lies beside us."""
    beside = _PACKAGE.parent
    places = [_PACKAGE, *(beside / name for name in ("reference", "questions"))]
    found = [path for place in places for path in sorted(place.glob("*.*"))[:3] if path.is_file()]
    return [*found, *sorted((_PACKAGE / "core").glob("*.py"))[:3]]


def probe() -> list[Feature]:
    """Everything `grader doctor` shows: what the kernel offers, then what a worker really meets."""
    found = host.kernel_features()
    if not found[0].is_present:  # without Linux there is nothing more to say
        return found[:1]
    if host.landlock_version():
        found[2:2] = host.landlock_details()
    if not _missing(Isolation.L1):
        found.append(_tried(Isolation.L1))
    return found + _walls()


def _walls() -> list[Feature]:
    level, hidden = Isolation.L3, "names and sizes of all files outside (stat)"
    found = [host.feature("bubblewrap", bool(bubblewrap.find()), hidden, level)]
    if not found[0].is_present:
        return found
    problem = wall_problem()
    found.append(host.feature("namespaces", problem is None, hidden, level))
    if problem is not None:
        found[-1] = replace(found[-1], how=str(problem))
    elif not _missing(level):
        found.append(_tried(level))
    return found


def _tried(level: Isolation) -> Feature:
    from grader.sandbox.sandbox import Sandbox  # it imports this module

    try:
        with Sandbox.start(required=level) as sandbox:
            sandbox.self_test()
        problem = ""
    except (IsolationError, SandboxFault) as error:
        problem = str(error)
    return Feature(
        name=ATTACKED[level],
        is_present=not problem,
        protects="against a host that promises isolation and does not give it",
        how=problem,
        level=level,
        is_promise=True,
    )
