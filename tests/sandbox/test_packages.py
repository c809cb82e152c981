"""Two zygotes: numpy for all, numpy and scipy for who mentions it; each replaced when worn out."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.core.call import Isolation, Loaded, Program, Returned
from grader.sandbox import Sandbox, keeper, layout
from grader.sandbox.sandbox import mentions

from .support import QUICK, call, load, program

PLAIN = "def f(x): return x"
USES = "from scipy.linalg import expm\nimport numpy as np\ndef f(x): return expm(np.zeros((2, 2)))"
NUMPY, BOTH = ("numpy",), ("numpy", "scipy")


def need_scipy() -> None:
    if importlib.util.find_spec("scipy") is None:
        pytest.skip("NOT TESTED: scipy is not installed here")


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    with Sandbox.start() as started:
        if started.isolation is Isolation.SELF_CHECK:
            pytest.skip("NOT TESTED: a self-check has no zygote")
        yield started


def zygotes(sandbox: Sandbox) -> dict[tuple[str, ...], int]:
    """The pids of its zygotes, by their packages."""
    kept = sandbox._keepers.items()
    return {packages: k.zygote.pid for packages, k in kept if k.zygote is not None}


def zipped(name: str, text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return data.getvalue()


@pytest.mark.parametrize(
    ("upload", "expected"),
    [
        pytest.param(program(PLAIN), False, id="plain"),
        pytest.param(program("import scipy.linalg"), True, id="import"),
        pytest.param(program("# no SciPy, and no sci py"), False, id="other-spelling"),
        pytest.param(program("import scipy".encode("utf-16")), True, id="utf-16"),
        pytest.param(program({"n.ipynb": b'{"source": ["import scipy"]}'}), True, id="notebook"),
        pytest.param(program({"a.py": b"", "b.py": b"scipy"}), True, id="second-file"),
        pytest.param(program({"a.ZIP": zipped("a.py", PLAIN)}), True, id="archive-may-hold-any"),
        pytest.param(program(PLAIN, modules={"m": "import scipy"}), True, id="module"),
        pytest.param(program(PLAIN, call="y = scipy.linalg.expm(x)"), True, id="call"),
    ],
)
def test_mention_is_found_without_parsing(upload: Program, expected: bool) -> None:
    assert mentions(upload, b"scipy") is expected


def test_second_zygote_is_started_by_the_first_mention(fresh: Sandbox) -> None:
    need_scipy()
    assert isinstance(call(fresh, PLAIN), Returned)
    before = zygotes(fresh)

    answer = call(fresh, USES)

    assert isinstance(answer, Returned), answer
    assert answer.value.tolist() == [[1.0, 0.0], [0.0, 1.0]]  # type: ignore[attr-defined]
    assert set(before) == {NUMPY}
    assert zygotes(fresh).keys() == {NUMPY, BOTH}
    assert zygotes(fresh)[NUMPY] == before[NUMPY]


def test_scipy_in_an_archive_is_no_stand_in(fresh: Sandbox) -> None:
    need_scipy()
    loaded = load(fresh, program({"a.zip": zipped("solution.py", USES)}))

    assert isinstance(loaded, Loaded)
    assert loaded.notes == ()


def test_parts_of_scipy_that_are_not_preloaded_can_be_imported(fresh: Sandbox) -> None:
    need_scipy()
    source = "from scipy.spatial import cKDTree\ndef f(x): return cKDTree([[x, 0]]).n"

    answer = call(fresh, source)

    assert isinstance(answer, Returned), answer
    assert answer.value == 1


def test_missing_scipy_is_a_stand_in_as_before(
    fresh: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "is_installed", lambda package: False)

    loaded = load(fresh, "import scipy\ndef f(x): return x")

    assert isinstance(loaded, Loaded)
    assert any("scipy" in note for note in loaded.notes)
    assert zygotes(fresh).keys() == {NUMPY}


def test_package_in_the_current_folder_is_not_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scipy_of_mine").mkdir()
    (tmp_path / "scipy_of_mine" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    assert not layout.is_installed("scipy_of_mine")
    assert not layout.is_installed("not_there_at_all")
    assert layout.is_installed("numpy")


def test_each_zygote_is_replaced_when_it_is_worn_out(
    fresh: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_scipy()
    monkeypatch.setattr(keeper, "WORKERS_PER_ZYGOTE", 4)
    call(fresh, USES)
    before = zygotes(fresh)

    answers = [call(fresh, PLAIN) for _ in range(8)]

    assert all(isinstance(answer, Returned) for answer in answers)
    assert zygotes(fresh)[NUMPY] != before[NUMPY]
    assert zygotes(fresh)[BOTH] == before[BOTH]
    fresh.rest()
    assert not Path(f"/proc/{before[NUMPY]}").exists()


def test_each_zygote_is_replaced_when_it_dies(fresh: Sandbox) -> None:
    need_scipy()
    call(fresh, PLAIN)
    call(fresh, USES)
    before = zygotes(fresh)
    os.kill(before[BOTH], signal.SIGKILL)

    answer = call(fresh, USES, QUICK)

    assert isinstance(answer, Returned), answer
    assert zygotes(fresh)[BOTH] != before[BOTH]
    assert zygotes(fresh)[NUMPY] == before[NUMPY]
