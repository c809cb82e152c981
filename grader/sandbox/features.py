"""What this host can enforce, found by trying forbidden things, not by version numbers."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.call import Entry, Failed, Isolation, Program, Returned
from grader.core.errors import IsolationError, SandboxFault

if TYPE_CHECKING:
    from grader.sandbox.worker import Worker

_PACKAGE = Path(__file__).resolve().parents[1]
_NO_BUBBLEWRAP = "workers inside bubblewrap are not part of this version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing that isolation is made of: is it here, what is open without it, how to get it."""

    name: str
    is_present: bool
    protects: str
    how: str


def available_level() -> Isolation:
    """The best level that this host offers; nothing is started for it."""
    return Isolation.L1 if not _missing() else Isolation.SELF_CHECK


def _missing() -> list[Feature]:
    return [feature for feature in _kernel_features() if not feature.is_present]


def _kernel_features() -> list[Feature]:
    is_linux = sys.platform == "linux"
    abi = has_seccomp = False
    if is_linux:
        from grader.sandbox.jail import landlock, seccomp  # ctypes on Linux only

        abi, has_seccomp = bool(landlock.version()), seccomp.is_available()
    return [
        Feature(
            name="Linux",
            is_present=is_linux,
            protects="everything but the separate process and the comparison outside it",
            how="grade officially on Linux 5.13 or newer",
        ),
        Feature(
            name="Landlock",
            is_present=abi,
            protects="files of the grader, reference solutions, other submissions",
            how="Linux 5.13 or newer with landlock in the lsm= boot list; a container needs "
            "a runtime that allows its system calls",
        ),
        Feature(
            name="seccomp filter",
            is_present=has_seccomp,
            protects="network, processes, signals, kernel interfaces",
            how="a kernel with CONFIG_SECCOMP_FILTER, on x86-64 or aarch64",
        ),
        Feature(
            name="pidfd",
            is_present=is_linux and hasattr(os, "pidfd_open"),
            protects="other processes from a kill meant for a worker",
            how="Linux 5.3 or newer",
        ),
    ]


def refusal(required: Isolation) -> IsolationError:
    """Why the required level cannot be had here, and what to do."""
    missing = _missing()
    if missing:
        names = ", ".join(feature.name for feature in missing)
        return IsolationError(
            where="sandbox",
            what=f"isolation {required.value} was required, and this host has no {names}",
            hint=missing[0].how,
        )
    return IsolationError(
        where="sandbox",
        what=f"isolation {required.value} was required: {_NO_BUBBLEWRAP}",
        hint=f"this host offers {available_level().value}; require that, or run grader in a VM",
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

def attack(paths, directories, parent):
    tried = {
        "read files of the grader": _read_secrets(paths),
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
    parameters = ("paths", "directories", "parent")
    return Program(
        files={"attack.py": _ATTEMPTS.encode()},
        entries=(Entry(name="attack", parameters=parameters),),
    )


def broken_promises(worker: Worker) -> list[str]:
    """What worked of the attack that is loaded in worker; SandboxFault when it could not be run."""
    from grader.core import codec  # with numpy: after the zygote has started

    if isinstance(worker.loaded, Failed):
        raise SandboxFault(f"the self-test did not load: {worker.loaded.message}")
    secrets = _secrets()
    inputs: Mapping[str, object] = {
        "paths": [str(path) for path in secrets],
        "directories": [str(_PACKAGE), str(Path.home()), "/tmp"],
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
    found = _kernel_features()
    if all(feature.is_present for feature in found):
        found.append(_tried())
    found.append(
        Feature(
            name="bubblewrap",
            is_present=False,
            protects="names and sizes of files outside (stat), as level L3",
            how=_NO_BUBBLEWRAP,
        )
    )
    return found


def _tried() -> Feature:
    from grader.sandbox.sandbox import Sandbox  # it imports this module

    try:
        with Sandbox.start(required=Isolation.L1) as sandbox:
            sandbox.self_test()
        problem = ""
    except (IsolationError, SandboxFault) as error:
        problem = str(error)
    return Feature(
        name="a worker that attacks",
        is_present=not problem,
        protects="against a host that promises isolation and does not give it",
        how=problem or "nothing to do: every attempt was refused",
    )
