"""Hostile uploads that are not one readable text: archives, notebooks, names, bytes.

They are made here, since what they are cannot lie in a repository. Each is opened as a submission
would be, within the budget of loading, and harms as little as the attacks that are files.
"""

from __future__ import annotations

import io
import json
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from grader.core import codec
from grader.core.call import Entry, Failed, Program, Returned
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox
from tests.attacks import harness

pytestmark = pytest.mark.needs_isolation

GOOD = b"def f(host):\n    return 7\n"
_MIB = 1 << 20


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as started:
        yield started


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def notebook(*cells: object) -> bytes:
    return json.dumps({"cells": list(cells), "nbformat": 4}).encode()


def code(text: object) -> dict[str, object]:
    return {"cell_type": "code", "source": text}


def lying(size: int) -> bytes:
    """A zip whose headers say another unpacked size than it has."""
    data = bytearray(zipped({"a.py": b"#" * 100_000 + b"\n" + GOOD}))
    true = struct.pack("<I", 100_000 + 1 + len(GOOD))
    return bytes(data.replace(true, struct.pack("<I", size)))


def many_entries(count: int) -> bytes:
    """A central directory of many entries that all point to one file."""
    one = zipped({"a.py": GOOD})
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    directory = one[start:end] * count
    tail = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), start, 0
    )
    return one[:start] + directory + tail


def nested_zips(depth: int) -> bytes:
    data = zipped({"a.py": GOOD})
    for _ in range(depth):
        data = zipped({"inner.zip": data})
    return data


def linked() -> bytes:
    """A zip with an entry that is a symbolic link to a file of the grader."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo("a.py")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return packed.getvalue()


def damaged() -> bytes:
    data = bytearray(zipped({"a.py": b"x" * 1000 + GOOD}))
    data[40:60] = bytes(20)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(zipped({"a.py": GOOD}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    return bytes(data)


def gzip_bomb_inside() -> bytes:
    deflated = zlib.compress(b"\0" * (100 * _MIB), 9)
    return zipped({"a.gz": deflated, "b.txt": b"def f(host): return 7"})


UPLOADS = [
    # id, files, expected: a verdict, or what the call returns
    ("zip-bomb", {"a.zip": zipped({"a.py": b"#" * (60 * _MIB)})}, Verdict.CE),
    ("zip-bomb-of-many-files", {"a.zip": zipped({f"{n}.py": b"#" * 60_000 for n in range(999)})}, (Verdict.CE, Verdict.TLE)),
    ("zip-bomb-by-lzma", {"a.zip": zipped({"a.py": b"#" * (60 * _MIB)}, zipfile.ZIP_LZMA)}, Verdict.CE),
    ("zip-bomb-by-bzip2", {"a.zip": zipped({"a.py": b"#" * (60 * _MIB)}, zipfile.ZIP_BZIP2)}, Verdict.CE),
    ("zip-in-zip", {"a.zip": nested_zips(1)}, Verdict.CE),
    ("zip-in-zip-many-times", {"a.zip": nested_zips(50)}, Verdict.CE),
    ("zip-with-what-is-not-read", {"a.zip": gzip_bomb_inside()}, Verdict.CE),
    ("zip-says-less-than-it-holds", {"a.zip": lying(10)}, Verdict.CE),
    ("zip-says-more-than-it-holds", {"a.zip": lying(4_000_000_000)}, Verdict.CE),
    ("zip-says-the-most", {"a.zip": lying(0xFFFFFFFF)}, Verdict.CE),
    ("zip-of-65535-entries", {"a.zip": many_entries(65_535)}, Verdict.CE),
    ("zip-of-1001-entries", {"a.zip": many_entries(1001)}, Verdict.CE),
    ("zip-of-one-file-900-times", {"a.zip": many_entries(900)}, (7, Verdict.CE)),
    ("zip-with-a-link", {"a.zip": linked()}, Verdict.CE),
    ("zip-with-a-password", {"a.zip": encrypted()}, Verdict.CE),
    ("zip-damaged", {"a.zip": damaged()}, Verdict.CE),
    ("zip-cut", {"a.zip": zipped({"a.py": GOOD})[:-10]}, Verdict.CE),
    ("zip-of-zeros", {"a.zip": bytes(100_000)}, Verdict.CE),
    ("zip-behind-a-program", {"a.zip": b"#!/bin/sh\n" * 1000 + zipped({"a.py": GOOD})}, 7),
    ("zip-climbs", {"a.zip": zipped({"../../a.py": GOOD})}, Verdict.CE),
    ("zip-climbs-inside", {"a.zip": zipped({"x/../../a.py": GOOD})}, Verdict.CE),
    ("zip-climbs-backwards", {"a.zip": zipped({"..\\..\\a.py": GOOD})}, Verdict.CE),
    ("zip-absolute", {"a.zip": zipped({"/etc/cron.d/a.py": GOOD})}, Verdict.CE),
    ("zip-of-a-drive", {"a.zip": zipped({"C:/a.py": GOOD})}, Verdict.CE),
    ("zip-with-hidden-files", {"a.zip": zipped({".a.py": b"1/0", "__MACOSX/a.py": b"1/0", "a.py": GOOD})}, 7),
    ("zip-with-a-long-name", {"a.zip": zipped({"x" * 60_000 + ".py": GOOD})}, 7),
    ("zip-with-a-deep-name", {"a.zip": zipped({"x/" * 30_000 + "a.py": GOOD})}, (7, Verdict.MLE)),
    ("zip-with-one-name-twice-in-case", {"a.zip": zipped({"A.py": b"1/0", "a.py": GOOD})}, (7, Verdict.CE)),
    ("name-climbs", {"../a.py": GOOD}, Verdict.CE),
    ("name-absolute", {"/tmp/a.py": GOOD}, Verdict.CE),
    ("name-with-a-null", {"a\0.py": GOOD}, Verdict.CE),
    ("name-of-markup", {"<script>\x1b[31m\u202e::error::.py": GOOD}, 7),
    ("name-with-newlines", {"a\n::error::b\r.py": GOOD}, 7),
    ("name-that-is-no-unicode", {"\ud800.py": GOOD}, Verdict.CE),
    ("name-without-end", {"a" * 2_000_000 + ".py": GOOD}, Verdict.CE),
    ("names-without-number", {f"{n}.txt": b"x" for n in range(60_000)}, Verdict.CE),
    ("files-of-the-start", {"sitecustomize.py": b"1/0", "usercustomize.py": b"1/0", "conftest.py": b"1/0", "a.pth": b"import os", "a.py": GOOD}, 7),
    ("files-that-shadow", {"numpy.py": b"1/0", "json.py": b"1/0", "os.py": b"1/0", "a.py": GOOD}, 7),
    ("files-named-as-we-are", {"grader/__init__.py": b"1/0", "submission.py": b"1/0", "__main__.py": b"1/0", "a.py": GOOD}, 7),
    ("file-that-imports-itself", {"a.py": b"import a\n" + GOOD}, 7),
    ("files-that-import-each-other", {"a.py": b"import b\n" + GOOD, "b.py": b"import a"}, 7),
    ("source-of-nulls", {"a.py": bytes(1000)}, Verdict.CE),
    ("source-of-noise", {"a.py": bytes(range(256)) * 100}, Verdict.CE),
    ("source-of-another-encoding", {"a.py": b"# coding: utf-7\n+AGQ-ef f(host): return 7\n"}, (7, Verdict.CE)),
    ("source-of-an-encoding-that-unpacks", {"a.py": b"# coding: zlib\n" + zlib.compress(GOOD)}, Verdict.CE),
    ("source-of-idna", {"a.py": b"# coding: idna\n" + b"x" * 500_000}, (Verdict.CE, Verdict.TLE)),
    ("source-with-invisible-order", {"a.py": "def f(host):\n    '''\u202e''' ; return 7 #\u2066\n".encode()}, 7),
    ("source-of-one-line", {"a.py": b"x=1;" * 200_000 + b"\n" + GOOD}, (7, Verdict.CE, Verdict.TLE, Verdict.MLE)),
    ("source-of-parentheses", {"a.py": b"x = " + b"(" * 100_000 + b")" * 100_000}, Verdict.CE),
    ("source-of-brackets", {"a.py": b"x = " + b"[" * 190 + b"]" * 190 + b"\n" + GOOD}, (7, Verdict.CE)),
    ("source-of-minus-signs", {"a.py": b"x = " + b"-" * 500_000 + b"1"}, Verdict.CE),
    ("source-of-calls", {"a.py": b"x = f" + b"()" * 300_000}, Verdict.CE),
    ("source-of-attributes", {"a.py": b"x = f" + b".a" * 300_000}, Verdict.CE),
    ("source-of-decorators", {"a.py": b"@f\n" * 100_000 + GOOD}, Verdict.CE),
    ("source-of-blocks", {"a.py": b"\n".join(b" " * n + b"if 1:" for n in range(200))}, Verdict.CE),
    ("source-of-f-strings", {"a.py": b"x = " + b"f'{" * 300 + b"1" + b"}'" * 300}, Verdict.CE),
    ("source-of-a-huge-integer", {"a.py": b"x = " + b"9" * 500_000}, Verdict.CE),
    ("source-of-powers", {"a.py": b"x = 9 ** 9 ** 9 % 7\n" + GOOD}, Verdict.TLE),
    ("source-of-folded-texts", {"a.py": b"x = 'a' * 4096 * 4096 * 4096\n" + GOOD}, (Verdict.MLE, Verdict.CE)),
    ("source-of-folded-tuples", {"a.py": b"x = " + b"(((1,) * 200) * 200) * 200\n" + GOOD}, (7, Verdict.MLE)),
    ("source-of-names", {"a.py": b"\n".join(b"x%d = 1" % n for n in range(70_000)) + b"\n" + GOOD}, (7, Verdict.TLE)),
    ("source-of-regular-expressions", {"a.py": b"%" + b" " * 400_000 + b"\n" + GOOD}, (Verdict.CE, Verdict.TLE)),
    ("notebook-of-deep-json", {"a.ipynb": b'{"cells": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"}, Verdict.CE),
    ("notebook-of-deep-objects", {"a.ipynb": b'{"cells":' + b'{"a":' * 500_000}, Verdict.CE),
    ("notebook-of-a-huge-number", {"a.ipynb": b'{"cells": ' + b"1" * 1_000_000 + b"}"}, Verdict.CE),
    ("notebook-of-nan", {"a.ipynb": b'{"cells": NaN, "nbformat": Infinity}'}, Verdict.CE),
    ("notebook-of-a-huge-cell", {"a.ipynb": notebook(code("#" * (2 * _MIB)), code(GOOD.decode()))}, Verdict.CE),
    ("notebook-of-many-cells", {"a.ipynb": notebook(*[code("x = 1")] * 20_000, code(GOOD.decode()))}, (7, Verdict.TLE, Verdict.CE)),
    ("notebook-of-nulls", {"a.ipynb": notebook(code("x = '\0'"), code(GOOD.decode()))}, Verdict.CE),
    ("notebook-of-wrong-types", {"a.ipynb": notebook(7, None, [], code(7), code([7]), code({"a": 1}))}, Verdict.CE),
    ("notebook-of-a-list", {"a.ipynb": b"[[[]]]"}, Verdict.CE),
    ("notebook-with-outputs", {"a.ipynb": notebook({**code(GOOD.decode()), "outputs": [{"data": {"text/html": "<script>"}}] * 10_000})}, 7),
    ("notebook-with-surrogates", {"a.ipynb": notebook(code("x = '\ud800'\n" + GOOD.decode()))}, Verdict.CE),
    ("notebook-of-commands", {"a.ipynb": notebook(code("!touch /tmp/owned"), code("%%bash\nid"), code("%run /etc/passwd"), code(GOOD.decode()))}, 7),
    ("notebook-of-blank-magics", {"a.ipynb": notebook(code(" " * 100_000 + "x y"), code(GOOD.decode()))}, (Verdict.CE, Verdict.TLE)),
    ("notebook-of-late-futures", {"a.ipynb": notebook(code("from __future__ import annotations\n" * 5000), code(GOOD.decode()))}, (7, Verdict.TLE)),
    ("yaml-instead", {"a.yaml": b"a: &a [x]\nb: [*a, *a]\n!!python/object/apply:os.system [id]"}, Verdict.CE),
    ("pickle-instead", {"a.py": b"\x80\x04cos\nsystem\n(S'id'\ntR."}, Verdict.CE),
    ("compiled-instead", {"a.pyc": b"\xa7\r\r\n" + bytes(100), "b.so": b"\x7fELF"}, Verdict.CE),
    ("nothing", {}, Verdict.CE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "expected"),
    [pytest.param(files, expected, id=name) for name, files, expected in UPLOADS],
)
def test_hostile_upload_is_read_or_refused_within_bounds(
    sandbox: Sandbox, files: dict[str, bytes], expected: object
) -> None:
    check(sandbox, files, expected)


def check(sandbox: Sandbox, files: dict[str, bytes], expected: object) -> None:
    """Open files and call f: what comes of it, within bounds, then an honest upload."""
    allowed = expected if isinstance(expected, tuple) else (expected,)
    spent, started = time.process_time(), time.monotonic()
    harness.forget_the_peak()
    resident = harness.mebibytes("VmRSS")

    program = Program(files=files, entries=(Entry(name="f", parameters=("host",)),))
    with sandbox.open(program, harness.LIMITS) as worker:
        loaded = worker.loaded
        if isinstance(loaded, Failed):
            found: object = loaded.verdict
        else:
            answer = worker.call(codec.encode({"host": 1}))
            found = answer.value if isinstance(answer, Returned) else answer

    assert found in allowed, loaded
    assert not isinstance(loaded, Failed) or len(loaded.message) <= 2000
    # three copies of 64 MiB: the upload, the request, the frame
    assert harness.mebibytes("VmHWM") - resident < 200
    assert time.process_time() - spent < 2
    assert time.monotonic() - started < 20
    with sandbox.open(harness.program(GOOD), harness.LIMITS) as worker:
        after = worker.call(codec.encode({"host": 1}))
    assert isinstance(after, Returned)
    assert after.value == 7
