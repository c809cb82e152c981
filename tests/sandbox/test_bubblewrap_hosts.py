"""Hosts that lack a kernel feature: what is refused there, with which words, and what still works.

The hosts are real as far as a filter of system calls makes them so; see degraded.py.
"""

from __future__ import annotations

import os
import sys

import pytest

from grader.sandbox import layout
from grader.sandbox.jail.drop import CANNOT_MOUNT

from . import degraded
from .conftest import need_walls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: Linux only")

GRADE = """
import sys
from grader.core import codec
from grader.core.call import Entry, Isolation, Program
from grader.core.errors import IsolationError
from grader.core.limits import Limits
from grader.sandbox import Sandbox
entries = (Entry(name="f", parameters=("x",)),)
program = Program(files={{"s.py": b"def f(x): return x"}}, entries=entries)
try:
    with Sandbox.start(required={required}) as sandbox:
        with sandbox.open(program, Limits()) as worker:
            print(sandbox.isolation.value, worker.call(codec.encode({{"x": 7}})).value)
except IsolationError as error:
    print("refused:", error)
"""


def graded(lacking: str, required: str, before: str = "") -> str:
    done = degraded.run(lacking, before + GRADE.format(required=required))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.needs_isolation
def test_l1_is_refused_without_landlock() -> None:
    said = graded("landlock", "Isolation.L1")

    assert said.startswith("refused: ")
    assert "this host has no Landlock" in said


@pytest.mark.needs_isolation
def test_only_a_self_check_is_given_without_landlock() -> None:
    assert graded("landlock", "None") == "self-check 7"


def test_walls_need_no_landlock() -> None:
    need_walls()

    assert graded("landlock", "Isolation.L3") == "L3 7"


def must_mount() -> bool:
    """Whether the interpreter of these tests lies where only root may enter."""
    return os.geteuid() == 0 and bool(layout.covered_directories(layout.find(("numpy",)).needed))


@pytest.mark.needs_isolation
def test_l1_needs_no_user_namespaces() -> None:
    said = graded("user namespaces", "Isolation.L1")

    assert said == "L1 7" or (must_mount() and CANNOT_MOUNT in said)


def test_l3_is_refused_without_user_namespaces() -> None:
    need_walls()

    said = graded("user namespaces", "Isolation.L3")

    assert said.startswith("refused: ")
    assert (CANNOT_MOUNT if must_mount() else "bubblewrap build its walls (bwrap: ") in said
    assert "; " in said


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="NOT TESTED: root alone mounts"
)
def test_refused_mount_is_told_as_what_the_host_lacks() -> None:
    closed = (
        "import grader.sandbox.layout as layouts\n"
        "layouts.covered_directories = lambda paths: ('/var',)\n"
    )

    said = graded("mount", "Isolation.L1", closed)

    assert said.startswith("refused: ")
    assert CANNOT_MOUNT in said
    assert "start grader as an ordinary user" in said
