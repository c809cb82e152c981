"""Every file imports only what the row of its room allows, and does only what its room may do."""

from __future__ import annotations

import ast
import fnmatch
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from page import PAGE, ROOT, Room, read_deeds, read_rooms, room_of, source_files
from reading import Import, imports, read, used_names

ROOMS, DEEDS = read_rooms(), read_deeds()
FILES = [pytest.param(file, id=file.as_posix()) for file in source_files()]

#: what gives a deed away: names in full, * for any ending
SIGNS = {
    "start a process": (
        "subprocess* multiprocessing* concurrent.futures.Process* concurrent.futures.process* "
        "asyncio* pty* os.fork* os.exec* os.spawn* os.posix_spawn* os.system os.popen os.startfile "
        "_posixsubprocess*"
    ),
    "open a socket": (
        "socket* ssl* socketserver* asyncio* http.client* http.server* urllib.request* ftplib* "
        "smtplib* xmlrpc* webbrowser*"
    ),
    "touch a file": (
        "open io.open* io.FileIO codecs.open pathlib* shutil* tempfile* glob glob.* fileinput* "
        "mmap* sqlite3* zipfile* tarfile* os.open os.fdopen os.walk os.scandir "
        "os.listdir os.mkdir* os.make* os.re* os.unlink os.rmdir os.stat os.lstat os.utime "
        "os.access os.ch* os.link os.symlink os.path.exists os.path.is* os.path.real* "
        "numpy.load* numpy.save* numpy.fromfile numpy.memmap numpy.genfromtxt"
    ),
    "read a file of the package": "importlib.resources* pkgutil*",
    "read a clock": (
        "time time.* datetime datetime.*.now datetime.*.utcnow datetime.*.today sched* "
        "numpy.datetime64"
    ),
    "draw at random": "random* secrets* uuid* numpy.random* os.urandom os.getrandom",
    "run text as code": (
        "exec eval compile runpy* code code.* importlib.util.spec_from* "
        "importlib.util.module_from_spec importlib.machinery*"
    ),
    "import by a computed name": "__import__ importlib.import_module importlib.__import__",
    "decode a pickle": (
        "pickle* _pickle* cPickle* dill* cloudpickle* marshal* shelve* joblib* copyreg* numpy.load"
    ),
}


def imports_of(file: Path) -> list[Import]:
    return imports(read(ROOT / file), module_of(file), is_package=file.name == "__init__.py")


def module_of(file: Path) -> str:
    return file.with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def room_imported(name: str) -> str:
    """Give the room a dotted name of ours lies in, as the table calls it."""
    parts = name.split(".")[1:]
    if parts[:2] == ["sandbox", "jail"]:
        return "sandbox.jail"
    return parts[0] if parts and (ROOT / "grader" / parts[0]).is_dir() else "grader"


def is_allowed(found: Import, room: Room) -> bool:
    top = found.name.partition(".")[0]
    if top == "__future__" or top in sys.stdlib_module_names:
        return True
    if room.name == "reference" and top == "reference":
        return True
    if top == "grader":
        target = room_imported(found.name)
        if target in {room.name.replace("/", "."), *room.may_import}:
            return True
        members = {f"grader.{name}" for name in room.may_import if "." in name}
        return any(found.name == name or found.name.startswith(f"{name}.") for name in members)
    return top in room.packages or (top in room.lazy_packages and found.is_lazy)


def modules_loaded_at_once() -> set[str]:
    """Give our modules that another one of ours imports at its top."""
    loaded = set()
    for file in source_files():
        for found in imports_of(file):
            if not found.is_lazy:
                loaded |= {found.name, found.name.rpartition(".")[0]}
    return loaded


LOADED_AT_ONCE = modules_loaded_at_once()


@pytest.mark.parametrize("file", FILES)
def test_file_imports_only_what_its_room_may(file: Path) -> None:
    room = room_of(file, ROOMS)
    found = imports_of(file)
    if module_of(file) not in LOADED_AT_ONCE:  # then all it imports is loaded by a function
        found = [replace(one, is_lazy=True) for one in found]

    wrong = [f"{one.name} (line {one.line})" for one in found if not is_allowed(one, room)]

    assert wrong == [], f"{file} lies in `{room.folder}/`, which may not import this: {PAGE.name}"


@pytest.mark.parametrize("file", FILES)
def test_file_does_only_what_its_room_may(file: Path) -> None:
    room = room_of(file, ROOMS)
    used = used_names(read(ROOT / file))
    forbidden = {
        deed: signs.split() for deed, signs in SIGNS.items() if room.name not in DEEDS[deed]
    }

    wrong = [
        f"{deed}: {name} (line {line})"
        for deed, signs in forbidden.items()
        for name, line in used.items()
        if any(fnmatch.fnmatchcase(name, sign) for sign in signs)
    ]

    assert wrong == [], f"{file} lies in `{room.folder}/`"


#: rooms that import what others wrote: submissions, the reference of a course
LOADING_ROOMS = {"sandbox/jail", "grading"}


@pytest.mark.parametrize("file", FILES)
def test_computed_import_stays_in_its_room(file: Path) -> None:
    room = room_of(file, ROOMS)
    own = ("{__name__}.", room.folder.replace("/", ".") + ".")

    names = computed_imports(read(ROOT / file))

    assert room.name in LOADING_ROOMS or all(name.startswith(own) for name in names), names


def computed_imports(tree: ast.Module) -> list[str]:
    """Give the text of what every import_module(...) of a file is called with."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found.append(ast.unparse(node.args[0]).lstrip("f").strip("\"'"))
    return found


def test_page_and_signs_name_the_same_deeds() -> None:
    assert set(SIGNS) == set(DEEDS)


@pytest.mark.parametrize("room", [pytest.param(room, id=room.folder) for room in ROOMS.values()])
def test_room_of_the_page_exists_and_holds_code(room: Room) -> None:
    assert list((ROOT / room.folder).glob("*.py")), f"{room.folder}/ holds no Python file"


def test_rooms_of_the_page_name_only_rooms_of_the_page() -> None:
    known = {name.replace("/", ".") for name in ROOMS} | {"core.codec"}
    named = {arrow for room in ROOMS.values() for arrow in room.may_import}
    doers = {name.replace("/", ".") for rooms in DEEDS.values() for name in rooms}

    assert named | doers <= known


def test_no_arrow_leads_to_the_command_line() -> None:
    assert {room.name for room in ROOMS.values() if "cli" in room.may_import} == {"grader"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("import os as o\no.fork()", "start a process", id="alias"),
        pytest.param("from os import execv as run", "start a process", id="member"),
        pytest.param("def f():\n    import subprocess", "start a process", id="lazy"),
        pytest.param("print(open('x').read())", "touch a file", id="builtin"),
        pytest.param("from pathlib import Path", "touch a file", id="pathlib"),
        pytest.param("import numpy as np\nnp.random.rand()", "draw at random", id="numpy-random"),
        pytest.param("from numpy import random", "draw at random", id="numpy-member"),
        pytest.param("import numpy as np\nnp.load('x')", "decode a pickle", id="numpy-load"),
        pytest.param("import time\ntime.time()", "read a clock", id="clock"),
        pytest.param(
            "from datetime import datetime as d\nd.now()", "read a clock", id="clock-by-datetime"
        ),
        pytest.param("eval('1')", "run text as code", id="eval"),
        pytest.param("if True:\n    from urllib.request import urlopen", "open a socket", id="url"),
    ],
)
def test_deed_is_seen_however_it_is_written(text: str, expected: str) -> None:
    used = used_names(ast.parse(text))

    seen = {
        deed
        for deed, signs in SIGNS.items()
        if any(fnmatch.fnmatchcase(name, sign) for name in used for sign in signs.split())
    }

    assert expected in seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("from grader import bank", "grader.bank", id="member-of-the-top"),
        pytest.param("from . import codec", "grader.core.codec", id="relative"),
        pytest.param("from ..bank import load", "grader.bank.load", id="relative-above"),
        pytest.param("def f():\n    import grader.cli", "grader.cli", id="in-a-function"),
        pytest.param("if TYPE_CHECKING:\n    import grader.cli", "grader.cli", id="for-types"),
        pytest.param("try:\n    import yaml\nexcept ImportError: pass", "yaml", id="guarded"),
    ],
)
def test_import_is_seen_however_it_is_written(text: str, expected: str) -> None:
    found = imports(ast.parse(text), "grader.core.x", is_package=False)

    assert expected in [one.name for one in found]


@pytest.mark.parametrize(
    ("room", "name", "is_lazy", "expected"),
    [
        pytest.param("core", "grader.bank.load", False, False, id="core-knows-no-bank"),
        pytest.param("core", "yaml", False, False, id="core-knows-no-yaml"),
        pytest.param("bank", "yaml.nodes", False, True, id="bank-reads-yaml"),
        pytest.param("draw", "hypothesis.strategies", True, True, id="hypothesis-lazily"),
        pytest.param("draw", "hypothesis.strategies", False, False, id="hypothesis-at-the-top"),
        pytest.param("sandbox/jail", "grader.core.codec.decode", False, True, id="jail-decodes"),
        pytest.param("sandbox/jail", "grader.core.compare", False, False, id="jail-compares-not"),
        pytest.param("sandbox/jail", "grader.sandbox.channel", False, False, id="jail-alone"),
        pytest.param("reference", "grader.core.codec", False, False, id="reference-alone"),
        pytest.param("grading", "grader.cli.main", True, False, id="nobody-calls-the-cli"),
    ],
)
def test_arrow_is_judged(room: str, name: str, is_lazy: bool, expected: bool) -> None:
    assert is_allowed(Import(name=name, line=1, is_lazy=is_lazy), ROOMS[room]) is expected
