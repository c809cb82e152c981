"""A zygote holds no package but the named ones, and one that is refused is refused at once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.core.errors import IsolationError
from grader.core.limits import Limits
from grader.sandbox import Sandbox, spawn
from grader.sandbox.layout import Layout

from .support import program

_IMPORTS = """
import sys
sys.path[:0] = [sys.argv[1]]
from grader.sandbox.jail import zygote
zygote._import_everything(["chosen"])
left = [type(finder).__name__ for finder in sys.meta_path]
print(sys.modules["chosen"].found, "beside" in sys.modules, "_Neighbours" in left)
"""


def test_package_that_imports_a_neighbour_does_not_find_it(tmp_path: Path) -> None:
    """Regression: scipy needs numpy.f2py, which imports charset_normalizer where it is installed:
    the zygote with scipy was refused on every host that has both, and with it every archive."""
    for name, text in {
        "chosen": "import json\ntry:\n    import beside\n    found = True\nexcept ImportError:\n    found = False\n",
        "beside": "",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    code = [sys.executable, "-c", _IMPORTS, str(tmp_path)]

    done = subprocess.run(code, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "False", "False"]


@pytest.mark.needs_isolation
def test_refused_zygote_is_told_at_once_however_often_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Regression: it reports once, and who asked again waited a minute and was told another cause."""

    def refuse(layout: Layout, report: object) -> None:
        raise IsolationError(where="sandbox", what="the zygote cannot be used: it is green")

    monkeypatch.setattr(spawn, "check_report", refuse)
    started = time.monotonic()

    with Sandbox.start() as sandbox:
        for _ in range(2):
            with pytest.raises(IsolationError, match="it is green"):
                sandbox.open(program("def f(x): return x"), Limits())

    assert time.monotonic() - started < 20
