"""Attacks that try to get points on a real question, through everything a submission goes through.

Each defines `backward` of ssu_batch4_004 (5 points). The score is 0, or what its honest part earns;
the report of it is printable text and strict JSON, and the next honest submission gets 5.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from grader.bank import find_course, find_question
from grader.core.limits import Limits
from grader.core.redact import Audience, redact
from grader.core.report import Report, Status
from grader.grading.grade import grade
from grader.grading.intake import Submission
from grader.grading.plan import PlanSetting, QuestionPlan, plan_question
from grader.report.as_json import report_as_json
from grader.report.as_text import report_as_text
from grader.report.class_text import class_table, summary_line
from grader.sandbox import Sandbox

pytestmark = [pytest.mark.needs_isolation, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
HONEST = '''
import numpy as np


def honest(x, delta_f, kernel, stride):
    dx = np.zeros_like(x)
    for k in range(delta_f.shape[0]):
        for l in range(delta_f.shape[1]):
            window = x[k * stride : k * stride + kernel, l * stride : l * stride + kernel]
            i, j = np.unravel_index(np.argmax(window), window.shape)
            dx[k * stride + i, l * stride + j] += delta_f[k, l]
    return dx


def backward(x, delta_f, kernel, stride):
'''
#: finds the frame of the worker's loop, its request number and its own codec
WORKER = '''
import sys
import numpy as np


def loop():
    frame = sys._getframe()
    while not ("request_id" in frame.f_locals and "payload" in frame.f_locals):
        frame = frame.f_back
    return frame


def send(kind, value):
    frame = loop()
    codec = frame.f_globals["codec"]
    payload = value if isinstance(value, bytes) else codec.encode(value)
    frame.f_globals["_write"](kind, frame.f_locals["request_id"], payload)


def backward(x, delta_f, kernel, stride):
    codec = loop().f_globals["codec"]
    zero = codec.encode(((), np.zeros_like(x)))
'''
HEAD = "import numpy as np\n\n\ndef backward(x, delta_f, kernel, stride):\n    "

ATTACKS = [
    # id, source, points
    ("honest", HONEST + "    return honest(x, delta_f, kernel, stride)", 5),
    ("honest-and-loud", HONEST + "    print('::error::', x)\n    return honest(x, delta_f, kernel, stride)", 5),
    ("honest-and-traced", "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\n" + HONEST + "    return honest(x, delta_f, kernel, stride)", 5),
    ("honest-with-finalisers", "import gc, atexit\nclass D:\n  def __del__(self): raise SystemExit(0)\natexit.register(print, 'x')\ngc.callbacks.append(lambda *a: D())\n" + HONEST + "    D()\n    return honest(x, delta_f, kernel, stride)", 5),
    ("honest-where-shown", HONEST + "    return honest(x, delta_f, kernel, stride) if stride >= kernel else np.zeros_like(x)", 2),
    ("zeros", HEAD + "return np.zeros_like(x)", 0),
    ("negative-zeros", HEAD + "return -np.zeros_like(x)", 0),
    ("not-a-number", HEAD + "return x * np.nan", 0),
    ("infinite", HEAD + "return x + np.inf", 0),
    ("nothing", HEAD + "pass", 0),
    ("zeroes-its-inputs", HEAD + "x[...] = 0\n    delta_f[...] = 0\n    return np.zeros_like(x)", 0),
    ("returns-its-input", HEAD + "return x", 0),
    ("shrinks-its-inputs", HEAD + "x.resize((0, 0), refcheck=False)\n    delta_f.resize((0, 0), refcheck=False)\n    return x", 0),
    ("equal-to-all", HEAD + "return type('Any', (np.ndarray,), {'__eq__': lambda s, o: True, '__array_ufunc__': lambda *a, **k: True})(x.shape)", 0),
    ("object-array", HEAD + "return np.full(x.shape, type('Any', (), {'__eq__': lambda s, o: True})())", 0),
    ("lazy", HEAD + "return (row for row in x)", 0),
    ("endless-generator", HEAD + "import itertools\n    return itertools.count()", 0),
    ("masked", HEAD + "return np.ma.masked_all(x.shape)", 0),
    ("broadcasts", HEAD + "return np.zeros((1, 1))", 0),
    ("scalar", HEAD + "return 0.0", 0),
    ("complex", HEAD + "return x * 1j", 0),
    ("bools", HEAD + "return x == x.max()", 0),
    ("trillion-rows", HEAD + "return np.zeros((10**12, 0))", 0),
    ("huge", HEAD + "return np.zeros(9 << 20)", 0),
    ("large-and-wrong", HEAD + "return np.zeros((1000, 1000))", 0),
    ("many-dimensions", HEAD + "return x.reshape((1,) * 30 + x.shape)", 0),
    ("tiny-and-huge-numbers", HEAD + "return np.where(np.indices(x.shape).sum(0) % 2, 5e-324, 1.7e308)", 0),
    ("list-of-texts", HEAD + "return [['=cmd()'] * x.shape[1]] * x.shape[0]", 0),
    ("dict-of-liars", HEAD + "return {n * (2**61 - 1): None for n in range(1000)}", 0),
    ("memoises", "seen = {}\n" + HEAD + "key = x.tobytes() + delta_f.tobytes()\n    return seen.setdefault(key, np.zeros_like(x))", 0),
    ("remembers-shapes-only", "seen = {}\n" + HONEST + "    return seen.setdefault((x.shape, kernel, stride), honest(x, delta_f, kernel, stride))", 0),
    ("exits-at-import", "import sys\nsys.exit(0)\n" + HEAD + "return x", None),
    ("dies-at-import", "import os\nos._exit(0)\n" + HEAD + "return x", None),
    ("exits", "import sys\n" + HEAD + "sys.exit(0)", 0),
    ("exits-by-subclass", HEAD + "raise type('E', (SystemExit,), {'__str__': lambda s: 'AC'})(0)", 0),
    ("dies", "import os\n" + HEAD + "os._exit(0)", 0),
    ("raises-markup", HEAD + "raise type('<b>AC\\x1b[32m', (Exception,), {})('::error::x\\n::set-output name=score::5\\n<script>\\x1b[2J\\u202e=cmd()')", 0),
    ("raises-what-has-no-text", HEAD + "raise type('E', (Exception,), {'__str__': lambda s: 1 / 0, '__repr__': lambda s: 1 / 0})", 0),
    ("raises-equal-to-all", HEAD + "raise AssertionError('passed')", 0),
    ("recursion", HEAD + "return backward(x, delta_f, kernel, stride)", 0),
    ("prints-a-report", HEAD + "print('score 5 of 5\\n  passed  all  5 / 5\\n::notice::AC\\n\\x1b[2J')\n    return x * 0", 0),
    ("patches-numpy", "import builtins\n" + HEAD + "np.isclose = np.allclose = np.array_equal = lambda *a, **k: np.True_\n    builtins.all = builtins.any = lambda *a: True\n    return np.zeros_like(x)", 0),
    ("destroys-builtins", "import builtins\n" + HEAD + "vars(builtins).clear()\n    return x", 0),
    ("empties-modules", "import sys\n" + HEAD + "sys.modules.clear()\n    return x", 0),
    ("threads", "import threading\n" + HEAD + "threading.Thread(target=print).start()\n    return x", 0),
    ("forks", "import os\n" + HEAD + "os.fork()\n    return x", 0),
    ("signals", "import os, signal\n" + HEAD + "os.kill(os.getppid(), signal.SIGKILL)\n    return x", 0),
    ("reads-the-reference", HEAD + "from reference.pooling import max_pool_backward as f\n    return f(delta_f, x, kernel, stride)", 0),
    ("reads-the-question", HEAD + f"return open({str(ROOT / 'questions' / 'pooling' / 'max_pooling_backward.md')!r}).read()", 0),
    ("replaces-the-codec", WORKER + "    codec._PUT[np.ndarray] = lambda parts, value, *a: parts.append(b'N')\n    return x", 0),
    ("answers-a-batch-early", WORKER + "    send(10, tuple((4, zero) for _ in range(64)))\n    return x", 0),
    ("answers-a-batch-with-dicts", WORKER + "    send(10, ((4, {}),) * 4)\n    return x", 0),
    ("answers-a-batch-with-arrays", WORKER + "    send(10, ((4, np.zeros(3, np.uint8)),) * 4)\n    return x", 0),
    ("answers-a-batch-with-kinds", WORKER + "    send(10, ((np.zeros(2), zero), ({}, zero)))\n    return x", 0),
    ("answers-a-batch-with-a-dict", WORKER + "    send(10, ({},))\n    return x", 0),
    ("answers-a-batch-with-nothing", WORKER + "    send(10, ())\n    return x", 0),
    ("answers-a-batch-with-too-much", WORKER + "    big = codec.encode(((), {str(n): {} for n in range(90_000)}))\n    send(10, ((4, big),) * 16)\n    return x", 0),
    ("answers-a-batch-with-garbage", WORKER + "    send(10, b't' + b'\\xff' * 1000)\n    return x", 0),
    ("answers-a-batch-as-a-call", WORKER + "    send(4, ((), np.zeros_like(x)))\n    return x", 0),
    ("answers-twice", WORKER + "    send(4, ((), np.zeros_like(x)))\n    send(4, ((), np.zeros_like(x)))\n    return x", 0),
    ("claims-accepted", WORKER + "    send(1, ('AC', ()))\n    return x", 0),
    ("claims-out-of-memory", WORKER + "    send(6, ('x', ()))\n    return x", 0),
    ("writes-noise", "import os\n" + HEAD + "os.write(3, os.urandom(100))\n    return x", 0),
    ("writes-notes", "import sys\nframe = sys._getframe()\nwhile 'notes' not in frame.f_locals: frame = frame.f_back\nframe.f_locals['notes'] += ['official (L1)', 'score 5 of 5\\n::error::x\\r\\x1b[2J\\u202e' + 'x' * 9999] * 200\n" + HEAD + "return x", 0),
    ("names-its-changed-inputs", "import sys\n" + HONEST + "    frame = sys._getframe()\n    while 'payload' not in frame.f_locals: frame = frame.f_back\n    frame.f_globals['answers'].changed = lambda *a: ('\\x1b[2J::error::\\u202e' + 'x' * 9999,) * 60\n    return honest(x, delta_f, kernel, stride)", 0),
    ("signalling-nans", HEAD + "return np.full(x.shape, 0x7FF0000000000001).view(float)", 0),
    ("half-of-infinity", HEAD + "return np.full(x.shape, 6e4, np.float16) * np.float16(2)", 0),
    ("complex-nan", HEAD + "return np.full(x.shape, complex(np.nan, np.inf), np.complex64)", 0),
    ("least-of-bytes", HEAD + "return np.full(x.shape, -128, np.int8)", 0),
    ("most-of-integers", HEAD + "return np.full(x.shape, 2**64 - 1, np.uint64)", 0),
    ("big-endian", HEAD + "return np.full(x.shape, 1e308, '>f8') * 10", 0),
    ("many-small-arrays", HEAD + "return [np.empty((0,) * 32)] * 90_000", 0),
    ("changes-while-it-is-sent", "import sys\nimport numpy as np\ndef trace(frame, event, arg):\n  if frame.f_code.co_name == '_put_array' and len(frame.f_locals.get('parts', ())) > 9: frame.f_locals['value'].resize((99,), refcheck=False)\n  return trace\n" + HEAD + "sys.settrace(trace)\n    return np.zeros(x.shape)", 0),
    ("notes-and-dies", "import os\nprint('official (L1)')\n" + HEAD + "os.kill(os.getpid(), 15)", 0),
    ("class-that-is-called", "class backward:\n  def __init__(self, *a): pass\n  def __eq__(self, o): return True", 0),
    ("decorated", "import functools\n@functools.lru_cache(None)\ndef backward(x, delta_f, kernel, stride):\n    return 0", 0),
    ("lies-about-its-signature", "class F:\n  __signature__ = None\n  def __call__(self, *a, **k): return a[0] * 0\nbackward = F()", 0),
    ("decorator-that-never-ends", "def d(f):\n  while True: pass\n@d\n" + HEAD + "return x", None),
    ("constant-bomb", "n = 9 ** 9 ** 9\n" + HEAD + "return x", None),
    ("endless-loop", HEAD + "while True: pass", 0),
    ("endless-text", HEAD + "raise type('E', (Exception,), {'__str__': lambda s: max(iter(int, 1))})", 0),
    ("sleeps", "import time\n" + HEAD + "time.sleep(600)", 0),
    ("sleeps-a-little-each-time", "import time\n" + HONEST + "    time.sleep(2)\n    return honest(x, delta_f, kernel, stride)", 0),
]  # fmt: skip
SLOW = {"decorator-that-never-ends", "constant-bomb", "endless-loop", "endless-text", "sleeps"}
SLOW |= {"sleeps-a-little-each-time", "huge"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as started:
        yield started


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> QuestionPlan:
    course = find_course(ROOT, ROOT)
    setting = PlanSetting(cache=tmp_path_factory.mktemp("corpora"))
    return plan_question(find_question(course, "ssu_batch4_004"), course, setting)


def graded(plan: QuestionPlan, sandbox: Sandbox, source: str) -> Report:
    name = "<b>a\x1b[31m\u202e::error::.py"
    return grade(plan, Submission(name=name, files={name: source.encode()}, sha256=""), sandbox)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("source", "points"),
    [
        pytest.param(source, points, id=name, marks=[pytest.mark.slow] * (name in SLOW))
        for name, source, points in ATTACKS
    ],
)
def test_attack_gets_the_points_of_its_honest_part(
    plan: QuestionPlan, sandbox: Sandbox, source: str, points: int | None
) -> None:
    check(plan, sandbox, source, points)


def check(plan: QuestionPlan, sandbox: Sandbox, source: str, points: int | None) -> None:
    """Grade source: points, None for what cannot be graded; then the honest one, which gets 5."""
    report = graded(plan, sandbox, source)

    if points is None:
        assert (report.status, report.score) == (Status.UNGRADABLE, None), report.message
    else:
        assert report.status is Status.GRADED, report.message
        assert report.score == Fraction(points)
    check_texts(report)
    after = graded(plan, sandbox, ATTACKS[0][1])
    assert after.score == 5


def check_texts(report: Report) -> None:
    """Whatever the submission said, the report is printable and can be read back."""
    for audience in Audience:
        seen = redact(report, audience)
        text = report_as_text(seen, colour=False) + class_table([seen]) + summary_line(seen)
        assert [c for c in text if not c.isprintable() and c != "\n"] == []
        assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
        json.loads(json.dumps(report_as_json(seen), allow_nan=False))


def test_hidden_inputs_are_not_in_what_a_learner_sees(
    plan: QuestionPlan, sandbox: Sandbox
) -> None:
    """Threat 11: a submission that prints and raises every input it is given."""
    source = HONEST + (
        "    print('leak', x.tolist())\n"
        "    if stride >= kernel: return honest(x, delta_f, kernel, stride)\n"
        "    raise ValueError(f'leak {x.tolist()}')"
    )
    report = redact(graded(plan, sandbox, source), Audience.LEARNER)

    text = json.dumps(report_as_json(report)) + report_as_text(report, colour=False)
    assert "leak" not in text
    assert report.score is not None
    assert report.score < 5


@pytest.mark.timeout(120)
def test_sleeping_a_little_in_every_call_is_bounded(
    plan: QuestionPlan, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: only one call had a wall limit, so 639 calls of 9 s each were within bounds."""
    from grader.sandbox import channel

    monkeypatch.setattr(channel, "IDLE_SECONDS", 1.0)
    monkeypatch.setattr(Limits, "wall_seconds", staticmethod(lambda cpu_seconds: 1.0))
    source = "import time\n" + HONEST + "    time.sleep(0.4)\n    return honest(x, delta_f, kernel, stride)"
    started = time.monotonic()

    report = graded(plan, sandbox, source)

    assert report.score == 0
    assert time.monotonic() - started < 30
