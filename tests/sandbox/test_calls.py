"""What one call comes to: values, exceptions, deadlines, deaths; and what it leaves behind."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from grader.core import codec
from grader.core.call import Failed, Loaded, Returned
from grader.core.limits import MEBIBYTE, Limits
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox

from .support import QUICK, call, program


def test_array_comes_back_as_a_writable_base_array(sandbox: Sandbox) -> None:
    answer = call(sandbox, "def f(x): return x.T", x=np.arange(6.0).reshape(2, 3))

    assert isinstance(answer, Returned)
    assert isinstance(answer.value, np.ndarray)
    np.testing.assert_array_equal(answer.value, np.arange(6.0).reshape(2, 3).T)
    assert answer.value.flags.writeable
    assert answer.value.flags.owndata


def test_changed_inputs_are_named(sandbox: Sandbox) -> None:
    source = "def f(a, b, c):\n    a[0] = 9\n    c.append(1)\n    b = b + 1\n    return 0"

    answer = call(sandbox, program(source, "f(a, b, c)"), a=np.zeros(2), b=np.zeros(2), c=[])

    assert isinstance(answer, Returned)
    assert answer.changed_inputs == ("a", "c")


def test_changed_input_does_not_reach_the_next_call(sandbox: Sandbox) -> None:
    request = codec.encode({"x": np.zeros(1)})
    with sandbox.open(program("def f(x):\n    x += 1\n    return x[0]"), QUICK) as worker:
        answers = [worker.call(request) for _ in range(2)]

    assert [a.value for a in answers if isinstance(a, Returned)] == [1.0, 1.0]


def test_snippet_runs_over_globals_and_inputs(sandbox: Sandbox) -> None:
    source = "class Net:\n    def forward(self, x): return x + 1"
    what = program(source, "Net", call="net = Net()\ny = net.forward(x)\nz = 2", returns=("y", "z"))

    answer = call(sandbox, what)

    assert isinstance(answer, Returned)
    assert answer.value == (2, 2)


def test_snippet_without_its_name_is_an_error(sandbox: Sandbox) -> None:
    answer = call(sandbox, program("class Net: pass", "Net", call="n = Net()", returns=("y",)))

    assert isinstance(answer, Failed)
    assert answer.message == "NameError: name 'y' is not defined after the call"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param("np.matrix([1])", "a value of type numpy.matrix;", id="matrix"),
        pytest.param("np.ma.array([1])", "numpy.MaskedArray", id="masked"),
        pytest.param("[0, (i for i in [])]", "a value of type generator at [1]", id="generator"),
        pytest.param("{'a': np.array([None])}", "an array of dtype object at ['a']", id="object"),
        pytest.param("f", "a value of type function", id="function"),
        pytest.param("type('Mine', (), {})()", "a value of type Mine", id="own-class"),
        pytest.param("np.zeros(2, dtype=[('a', int)])", "dtype", id="structured"),
        pytest.param("np.zeros(9 << 20)", "an answer of 72 MiB", id="huge"),
        pytest.param("10 ** 5000", "an integer of", id="huge-integer"),
    ],
)
def test_answer_without_wire_form_is_wrong_and_named(
    sandbox: Sandbox, body: str, words: str
) -> None:
    answer = call(sandbox, f"import numpy as np\ndef f(x): return {body}")

    assert isinstance(answer, Failed)
    assert (answer.verdict, answer.is_alive) == (Verdict.WA, True), answer
    assert answer.message.startswith("returned ")
    assert words in answer.message


def test_named_tuple_is_sent_as_a_tuple(sandbox: Sandbox) -> None:
    answer = call(sandbox, "import numpy as np\ndef f(x): return np.linalg.svd(np.eye(2))")

    assert isinstance(answer, Returned), answer
    assert type(answer.value) is tuple


@pytest.mark.parametrize(
    ("source", "verdict", "words"),
    [
        pytest.param(
            "def f(x):\n  return 1 / 0", Verdict.RTE, "ZeroDivisionError: division", id="raises"
        ),
        pytest.param("import sys\ndef f(x): sys.exit(0)", Verdict.RTE, "SystemExit", id="sys-exit"),
        pytest.param(
            "def f(x): raise KeyboardInterrupt", Verdict.RTE, "KeyboardInterrupt", id="interrupt"
        ),
        pytest.param("def f(x): return f(x)", Verdict.RTE, "RecursionError", id="recursion"),
        pytest.param(
            "class E(Exception):\n  def __str__(self): raise E\ndef f(x): raise E",
            Verdict.RTE,
            "cannot be printed",
            id="hostile-str",
        ),
        pytest.param(
            "def f(x): raise ValueError('a' * 10**7)",
            Verdict.RTE,
            "ValueError: aaa",
            id="long-message",
        ),
        pytest.param(
            "def f(x): raise ValueError('\\ud800')", Verdict.RTE, "\\ud800", id="surrogate-message"
        ),
        pytest.param(
            "import numpy as np\ndef f(x): return np.ones(10**9)",
            Verdict.MLE,
            "MemoryError",
            id="memory",
        ),
        pytest.param(
            "def f(x):\n  a = []\n  while 1: a.append(bytearray(10**7))",
            Verdict.MLE,
            "memory",
            id="growing-memory",
        ),
    ],
)
def test_exception_is_told_and_the_worker_lives(
    sandbox: Sandbox, source: str, verdict: Verdict, words: str
) -> None:
    answer = call(sandbox, source, Limits(memory_bytes=384 * MEBIBYTE))

    assert isinstance(answer, Failed)
    assert (answer.verdict, answer.is_alive) == (verdict, True), answer
    assert words in answer.message
    assert len(answer.message) <= 2000


def test_location_holds_the_learners_own_lines_only(sandbox: Sandbox) -> None:
    source = (
        "import numpy as np\ndef g(x):\n    return np.linalg.inv(x)\ndef f(x):\n    return g(x)\n"
    )

    answer = call(sandbox, source, x=np.zeros((2, 2)))

    assert isinstance(answer, Failed)
    assert answer.message == "LinAlgError: Singular matrix"
    assert answer.location == (
        "solution.py line 5: return g(x)",
        "solution.py line 3: return np.linalg.inv(x)",
    )


@pytest.mark.parametrize(
    ("source", "verdict", "words"),
    [
        pytest.param(
            "import os\ndef f(x): os._exit(0)", Verdict.RTE, "ended the process", id="exit"
        ),
        pytest.param(
            "import ctypes\ndef f(x): ctypes.string_at(0)", Verdict.RTE, "SIGSEGV", id="segfault"
        ),
        pytest.param("import os\ndef f(x): os.abort()", Verdict.RTE, "SIGABRT", id="abort"),
        pytest.param(
            "def f(x):\n  while True: pass",
            Verdict.TLE,
            "stopped after 0.5 s of CPU time",
            id="loop",
        ),
        pytest.param(
            "def f(x):\n  while True: print('a' * 1000)",
            Verdict.OLE,
            "printing more than",
            id="flood",
        ),
        pytest.param(
            "import os\ndef f(x): os.write(3, b'a' * 100)\n",
            Verdict.PE,
            "does not allow",
            id="own-frame",
        ),
        pytest.param(
            "import os, time\ndef f(x):\n  os.close(3)\n  time.sleep(60)",
            Verdict.PE,
            "does not allow",
            id="closes-the-socket",
        ),
    ],
)
def test_worker_that_ends_is_told_by_the_grader(
    sandbox: Sandbox, source: str, verdict: Verdict, words: str
) -> None:
    answer = call(sandbox, source)

    assert isinstance(answer, Failed)
    assert (answer.verdict, answer.is_alive) == (verdict, False), answer
    assert words in answer.message


def test_worker_whose_memory_is_full_between_calls_is_told_so(sandbox: Sandbox) -> None:
    source = (
        "kept = []\n"
        "def f(x):\n"
        "    try:\n"
        "        while 1: kept.append(bytearray(1 << 20))\n"
        "    except MemoryError: return 0\n"
    )
    limits = Limits(memory_bytes=384 * MEBIBYTE)
    with sandbox.open(program(source), limits) as worker:
        first = worker.call(codec.encode({"x": 1}))
        second = worker.call(codec.encode({"x": b" " * (8 << 20)})) if worker.is_alive else first

    assert isinstance(second, Failed)
    assert second.verdict is Verdict.MLE


def test_sleeper_is_stopped_by_the_wall_clock(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limits, "wall_seconds", staticmethod(lambda cpu_seconds: 1.0))

    answer = call(sandbox, "import time\ndef f(x): time.sleep(60)")

    assert isinstance(answer, Failed)
    assert answer.verdict is Verdict.TLE
    assert "asleep" in answer.message


def test_total_budget_ends_many_small_calls(sandbox: Sandbox) -> None:
    source = (
        "from time import process_time\n"
        "def f(x):\n"
        "    end = process_time() + 0.15\n"
        "    while process_time() < end: pass\n"
    )
    limits = Limits(cpu_seconds=0.5, load_cpu_seconds=1.0, total_cpu_seconds=0.5)
    with sandbox.open(program(source), limits) as worker:
        answers = [worker.call(codec.encode({"x": 1})) for _ in range(3)]
        last = worker.call(codec.encode({"x": 1}))

    assert all(isinstance(answer, Returned) for answer in answers)
    assert isinstance(last, Failed)
    assert last.verdict is Verdict.TLE


def test_endless_loop_is_stopped_in_time(sandbox: Sandbox) -> None:
    with sandbox.open(program("def f(x):\n  while True: pass"), QUICK) as worker:
        before = time.monotonic()
        worker.call(codec.encode({"x": 1}))
        spent = time.monotonic() - before

        assert 0.5 <= worker.cpu_seconds < 1.0
    assert spent < 5  # the host is shared


def test_output_is_kept_per_call_and_cut(sandbox: Sandbox) -> None:
    limits = Limits(kept_output_bytes=10)
    with sandbox.open(program("print('top')\ndef f(x): print('é' * x, end='')"), limits) as worker:
        first = worker.call(codec.encode({"x": 3}))
        second = worker.call(codec.encode({"x": 300}))

    assert isinstance(worker.loaded, Loaded)
    assert worker.loaded.stdout == "top\n"
    assert (first.stdout, second.stdout) == ("ééé", "ééééé")


def test_closed_streams_do_not_make_the_grader_spin(sandbox: Sandbox) -> None:
    source = "import os\ndef f(x):\n  os.close(1)\n  os.close(2)\n  while True: pass"
    before = time.process_time()

    answer = call(sandbox, source)

    assert isinstance(answer, Failed)
    assert answer.verdict is Verdict.TLE
    assert time.process_time() - before < 0.25


def test_prints_survive_the_kill(sandbox: Sandbox) -> None:
    answer = call(sandbox, "def f(x):\n  print('so far')\n  while True: pass")

    assert isinstance(answer, Failed)
    assert answer.stdout == "so far\n"


def test_random_numbers_are_the_same_in_every_worker(sandbox: Sandbox) -> None:
    source = (
        "import random, numpy as np\n"
        "def f(x): return [random.random(), np.random.rand(), list(set('abcdef'))]\n"
    )

    with Sandbox.start() as other:
        first, second = call(sandbox, source), call(other, source)

    assert isinstance(first, Returned)
    assert isinstance(second, Returned)
    assert first.value == second.value


def test_large_arrays_go_both_ways(sandbox: Sandbox) -> None:
    big = np.arange(1 << 20, dtype=float).reshape(1 << 10, -1)

    answer = call(sandbox, "def f(x): return x + 1", x=big)

    assert isinstance(answer, Returned)
    np.testing.assert_array_equal(answer.value, big + 1)


def test_honest_numpy_program_meets_no_refusal(sandbox: Sandbox) -> None:
    source = """
import datetime, io, json, os, sqlite3, tempfile, zoneinfo
import numpy as np
def f(x):
    q, r = np.linalg.qr(x); u, s, v = np.linalg.svd(x); np.linalg.solve(x, x); np.linalg.eig(x)
    np.fft.fft2(x); np.einsum('ij,jk->ik', x, x); x @ x; np.sort(x)
    np.random.default_rng().normal()
    packed = io.BytesIO(); np.savez_compressed(packed, x=x); packed.seek(0)
    assert np.load(packed)['x'].shape == x.shape
    np.loadtxt(io.StringIO('1 2')); np.polyfit([0, 1, 2], [0, 1, 2], 1)
    datetime.datetime.now(zoneinfo.ZoneInfo('Europe/Paris')); os.getpid(); os.cpu_count()
    np.lib.stride_tricks.sliding_window_view(x, (2, 2)); np.testing.assert_allclose(x, x)
    return float(np.abs(q @ r - x).max()) < 1e-6
"""
    x = np.random.default_rng(0).normal(size=(300, 300))

    answer = call(sandbox, source, Limits(), x=x)

    assert isinstance(answer, Returned), answer
    assert answer.value is True


def test_workers_of_several_threads_run_at_once(sandbox: Sandbox) -> None:
    values: list[object] = []

    def grade(number: int) -> None:
        for _ in range(5):
            answer = call(sandbox, f"def f(x): return x + {number}", x=0)
            values.append(answer.value if isinstance(answer, Returned) else answer)

    threads = [threading.Thread(target=grade, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, values)) == sorted(str(n) for n in range(4) for _ in range(5))


def test_memory_limit_is_the_one_that_was_asked_for(sandbox: Sandbox) -> None:
    source = "import numpy as np\ndef f(x): return float(np.ones(x << 17).sum())"
    limits = Limits(memory_bytes=512 * MEBIBYTE)

    small = call(sandbox, source, limits, x=100)
    large = call(sandbox, source, limits, x=500)

    assert isinstance(small, Returned), small
    assert isinstance(large, Failed)
    assert large.verdict is Verdict.MLE
