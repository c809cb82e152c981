"""An upload without a Python file is told what it holds and what is expected."""

from __future__ import annotations

import io
import zipfile

import pytest

from grader.core.call import Failed
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox

from .support import load, program


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


INNER = zipped({"solution.py": b"def f(x): return x"})


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({}, ["in the upload; found: nothing"], id="nothing"),
        pytest.param({"a.zip": zipped({})}, ["in a.zip; found: no file"], id="empty-zip"),
        pytest.param(
            {"a.zip": zipped({"notes/readme.txt": b"", "data.csv": b""})},
            ["in a.zip; found: notes/readme.txt, data.csv"],
            id="zip-of-texts",
        ),
        pytest.param(
            {"a.zip": zipped({"inner.zip": INNER})},
            ["found: inner.zip", "an archive inside is not opened: hand in what it holds"],
            id="zip-in-zip",
        ),
        pytest.param(
            {"a.tar.gz": b"\x1f\x8b"}, ["found: a.tar.gz", "hand in what it holds"], id="tar"
        ),
        pytest.param(
            {"a.zip": zipped({"__MACOSX/a.py": b"", ".a.py": b""})},
            ["in a.zip; found: no file"],
            id="zip-of-hidden-files",
        ),
        pytest.param(
            {"a.zip": zipped({"b.txt": b""}), "c.pdf": b"%PDF"},
            ["in the upload; found: c.pdf, b.txt"],
            id="zip-and-a-file",
        ),
        pytest.param(
            {"a.zip": zipped({f"{n}{'x' * 200}.txt": b"" for n in range(100)})},
            ["… 90 more"],
            id="many-long-names",
        ),
    ],
)
def test_upload_without_python_is_told_what_it_holds(
    sandbox: Sandbox, files: dict[str, bytes], words: list[str]
) -> None:
    loaded = load(sandbox, program(files))

    assert isinstance(loaded, Failed)
    assert loaded.verdict is Verdict.CE
    assert "no Python file (.py or .ipynb)" in loaded.message
    assert [word for word in words if word not in loaded.message] == [], loaded.message
    assert len(loaded.message) < 1000
