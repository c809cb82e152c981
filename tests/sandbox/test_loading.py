"""What a submission may look like, and what its author is told when it cannot be read."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from grader.core.call import Failed, Loaded, Returned
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox

from .support import QUICK, call, load, program

GOOD = "def f(x):\n    return x\n"


def notebook(*cells: str) -> dict[str, bytes]:
    made = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return {"lab.ipynb": json.dumps({"cells": made, "nbformat": 4}).encode()}


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_py", ".py"), text)
    return packed.getvalue()


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(GOOD.encode("utf-8-sig"), id="byte-order-mark"),
        pytest.param(GOOD.replace("\n", "\r\n").encode(), id="windows-newlines"),
        pytest.param(GOOD.replace("\n", "\r").encode(), id="old-mac-newlines"),
        pytest.param("# é\n".encode("utf-16") + GOOD.encode("utf-16-le"), id="utf-16"),
        pytest.param(b"# coding: latin-1\n# \xe9\n" + GOOD.encode(), id="coding-cookie"),
        pytest.param(b"f = lambda *args: args[0]\n", id="lambda-with-any-arguments"),
        pytest.param(b"def f(other_name, more=1): return other_name", id="defaults-other-names"),
        pytest.param(
            b"import argparse\nargparse.ArgumentParser().parse_args()\ndef f(x): return x",
            id="argv",
        ),
        pytest.param(b"if True:\n  def f(x): return x", id="inside-if"),
        pytest.param(GOOD.encode() + b"if __name__ == '__main__': 1/0", id="main-guard"),
        pytest.param(b"from math import *\n" + GOOD.encode(), id="star-import"),
        pytest.param(b"globals().update(f=lambda x: x)\nfrom math import *", id="made-at-run-time"),
        pytest.param({"solution.zip": zipped(hw__a_py=GOOD)}, id="zip-with-folder"),
        pytest.param(notebook("import math", GOOD), id="notebook"),
        pytest.param(
            notebook("import math", "from __future__ import annotations\n" + GOOD),
            id="notebook-with-a-late-future",
        ),
        pytest.param(
            {"test_f.py": b"from a import f", "a.py": GOOD.encode()}, id="test-imports-it"
        ),
        pytest.param(
            {"b.py": b"from a import g\ndef f(x): return g(x)", "a.py": b"g = abs"}, id="sibling"
        ),
        pytest.param(
            {"p/b.py": b"from a import g\ndef f(x): return g(x)", "p/a.py": b"g = abs"},
            id="sibling-in-folder",
        ),
        pytest.param({"a.py": GOOD.encode(), "broken.py": b"def ("}, id="broken-file-beside"),
        pytest.param(
            {"grader.py": b"g = 1", "a.py": b"import grader\ndef f(x): return grader.g"},
            id="file-named-as-we-are",
        ),
    ],
)
def test_readable_submission_answers(sandbox: Sandbox, source: bytes | dict[str, bytes]) -> None:
    answer = call(sandbox, program(source))

    assert isinstance(answer, Returned), answer
    assert answer.value == 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param(b"def f(x:\n  return", ["solution.py line", "SyntaxError"], id="syntax"),
        pytest.param(b"\xff\xfe\x00\xd8", ["utf-16"], id="damaged-utf-16"),
        pytest.param(b"x = '\xe9'", ["line 1", "UTF-8", "0xe9"], id="not-utf-8"),
        pytest.param(b"# coding: klingon\n", ["unknown encoding", "klingon"], id="unknown-cookie"),
        pytest.param(b"# coding: rot13\n", ["rot13"], id="cookie-that-is-no-text"),
        pytest.param(b"def f(x):\n\0", ["line 2", "null byte"], id="null-byte"),
        pytest.param(b"#" * (1 << 20) + b"##", ["1048578 bytes"], id="too-large"),
        pytest.param(b"x = " + b"(" * 5000, ["does not compile"], id="nested-brackets"),
        pytest.param(
            b"x = " + b"-" * 200_000 + b"1", ["does not compile", "deeply"], id="nested-minus"
        ),
        pytest.param(
            b"def g(x, d): pass\ndef ff(y): pass",
            ["no function 'f(x)'", "found: g(x, d), ff(y)", "did you mean 'ff'?"],
            id="misspelt",
        ),
        pytest.param(b"", ["no function 'f(x)'", "found: no functions"], id="empty"),
        pytest.param(b"f = 3", ["is a int, not a function"], id="not-callable"),
        pytest.param(b"def f(): pass", ["f() in solution.py", "f(x)"], id="too-few-parameters"),
        pytest.param(b"def f(x, *, k): pass", ["f(x, *, k)", "'k'"], id="keyword-only"),
        pytest.param(
            b"import numpyy\n" + GOOD.encode(),
            ["ModuleNotFoundError", "numpyy"],
            id="unknown-module",
        ),
        pytest.param(
            GOOD.encode() + b"open('data.csv')",
            ["solution.py line 3", "FileNotFoundError", "__main__"],
            id="reads-a-file",
        ),
        pytest.param(GOOD.encode() + b"n = input()", ["EOFError", "input()"], id="asks"),
        pytest.param(
            GOOD.encode() + b"import sys; sys.exit(0)", ["SystemExit"], id="exits-at-import"
        ),
        pytest.param({"a.txt": b""}, ["no Python file", "a.txt"], id="no-python"),
        pytest.param({"a.zip": b"PK no"}, ["a.zip cannot be unpacked"], id="no-zip"),
        pytest.param(
            {"a.zip": zipped(**{"../up.py": GOOD})}, ["unsafe name", "../up.py"], id="zip-climbs"
        ),
        pytest.param({"a.zip": zipped(**{"/abs.py": GOOD})}, ["unsafe name"], id="zip-absolute"),
        pytest.param(
            {"a.zip": zipped(a_py="#" * 30_000_000)}, ["much larger unpacked"], id="zip-bomb"
        ),
        pytest.param({"../a.py": b""}, ["unsafe name"], id="name-climbs"),
        pytest.param({"a.ipynb": b"{"}, ["not a readable notebook"], id="no-notebook"),
        pytest.param(
            {"a.ipynb": b'{"cells": ' + b"[" * 100_000},
            ["not a readable notebook"],
            id="notebook-nested",
        ),
        pytest.param(
            notebook("x = 1", "y = 1\n1/0\n" + GOOD),
            ["cell 2 line 2", "ZeroDivisionError"],
            id="cell-raises",
        ),
        pytest.param(
            notebook("x = 1", "y = (1\n"), ["cell 2 line 1", "SyntaxError"], id="cell-syntax"
        ),
    ],
)
def test_unreadable_submission_is_told_why(
    sandbox: Sandbox, source: bytes | dict[str, bytes], words: list[str]
) -> None:
    loaded = load(sandbox, program(source))

    assert isinstance(loaded, Failed)
    assert loaded.verdict is Verdict.CE, loaded
    assert [word for word in words if word not in loaded.message] == [], loaded.message


def test_syntax_error_shows_the_line_and_a_caret(sandbox: Sandbox) -> None:
    loaded = load(sandbox, "def f(x):\n    return x +* 2\n")

    assert isinstance(loaded, Failed)
    assert loaded.location == ("solution.py line 2", "return x +* 2", "          ^")


def test_notebook_magics_are_removed_with_a_note(sandbox: Sandbox) -> None:
    cells = ["%matplotlib inline\n!pip install x\nimport math", "%%bash\nrm x", "%%time\n" + GOOD]

    loaded = load(sandbox, program(notebook(*cells)))

    assert loaded == Loaded(
        file="lab.ipynb",
        notes=(
            "cell 1: removed %matplotlib inline",
            "cell 1: removed !pip install x",
            "cell 2: removed %%bash",
            "cell 3: removed %%time",
        ),
    )


def test_modulo_at_the_start_of_a_line_is_not_a_magic(sandbox: Sandbox) -> None:
    answer = call(sandbox, program(notebook("def f(x):\n    return (x\n%2)\n")), x=5)

    assert isinstance(answer, Returned)
    assert answer.value == 1


def test_trusted_modules_can_be_imported_and_import_each_other(sandbox: Sandbox) -> None:
    modules = {
        "reference.pool": "def g(x): return x + 1",
        "reference.net": "from reference.pool import g",
    }

    answer = call(sandbox, program("from reference.net import g as f", modules=modules))

    assert isinstance(answer, Returned)
    assert answer.value == 2


@pytest.mark.parametrize(
    "top",
    [
        pytest.param("import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 9", id="rc"),
        pytest.param(
            "import matplotlib\nmatplotlib.use('Agg')\nfrom matplotlib import cm", id="use"
        ),
        pytest.param("import seaborn as sns; sns.set_theme()", id="seaborn"),
        pytest.param("import torch\nclass Net(torch.nn.Module):\n  pass\nNet()", id="base-class"),
        pytest.param(
            "import pandas as pd\ndef g(d: pd.DataFrame): pass\nd = pd.DataFrame()['a']+1", id="pd"
        ),
        pytest.param(
            "from matplotlib import pyplot as plt\nfig, (a, b) = plt.subplots(1, 2)\na.plot([1])",
            id="unpacked",
        ),
        pytest.param(
            "from IPython.display import display\nwith open_ if False else display(): pass",
            id="with",
        ),
        pytest.param(
            "try:\n  import cupy as xp\nexcept ImportError:\n  import numpy as xp\n"
            "xp.ones(1)[0] or 1/0",
            id="guarded",
        ),
        pytest.param(
            "import torch\nn = int(torch.ones(1)) + float(torch.pi)\nf'{n:.2f}'", id="numbers"
        ),
        pytest.param("from PIL import Image\nim = Image.open('a.png').convert('L')", id="pillow"),
    ],
)
def test_missing_library_at_the_top_does_not_cost_a_right_answer(
    sandbox: Sandbox, top: str
) -> None:
    answer = call(sandbox, f"import numpy as np\n{top}\n{GOOD}")

    assert isinstance(answer, Returned), answer
    assert answer.value == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("from tqdm import tqdm\ndef f(x): return sum(tqdm(range(x)))", id="tqdm"),
        pytest.param("import tqdm\ndef f(x): return sum(tqdm.trange(x))", id="trange"),
        pytest.param(
            "from tqdm.auto import tqdm\n"
            "def f(x):\n  with tqdm(range(x)) as t:\n    t.set_description('a')\n    return sum(t)",
            id="bar",
        ),
        pytest.param(
            "import torch\ndef f(x): return 0 if isinstance(x, torch.Tensor) else 3",
            id="isinstance",
        ),
        pytest.param(
            "from numba import njit, prange\n@njit(parallel=True)\ndef f(x): return sum(prange(x))",
            id="njit-called",
        ),
        pytest.param("import numba as nb\n@nb.njit\ndef f(x): return sum(range(x))", id="njit"),
        pytest.param(
            "def f(x):\n  import matplotlib.pyplot as plt\n  fig, ax = plt.subplots()\n"
            "  ax.plot(x)\n  plt.show()\n  return 3",
            id="draws-in-the-call",
        ),
    ],
)
def test_stand_in_does_what_a_call_needs(sandbox: Sandbox, body: str) -> None:
    answer = call(sandbox, body, x=3)

    assert isinstance(answer, Returned), answer
    assert answer.value == 3


def test_stand_in_is_noted(sandbox: Sandbox) -> None:
    loaded = load(sandbox, "import matplotlib.pyplot, matplotlib.cm\n" + GOOD)

    assert isinstance(loaded, Loaded)
    assert loaded.notes == (
        "matplotlib is not available here; it was replaced by an empty stand-in",
    )


def test_code_that_fails_on_a_stand_in_after_the_entries_is_left_out(sandbox: Sandbox) -> None:
    loaded = load(sandbox, f"import pandas as pd\n{GOOD}n = 1 // len(pd.read_csv('a'))\n")

    assert isinstance(loaded, Loaded)
    assert loaded.notes[0].startswith("solution.py line 4: the code after it was not run")


def test_missing_library_used_in_a_call_is_named(sandbox: Sandbox) -> None:
    answer = call(sandbox, "import torch\ndef f(x):\n    return torch.tensor(x)")

    assert isinstance(answer, Failed)
    assert answer.verdict is Verdict.RTE
    assert answer.message.startswith("ModuleNotFoundError: No module named 'torch'")
    assert answer.location == ("solution.py line 3: return torch.tensor(x)",)


def test_load_is_stopped_by_its_own_budget(sandbox: Sandbox) -> None:
    loaded = load(sandbox, "while True: pass\ndef f(x): pass", QUICK)

    assert isinstance(loaded, Failed)
    assert (loaded.verdict, loaded.message) == (Verdict.TLE, "stopped after 1 s of CPU time")
