"""The holes that were once found, each by its number in the list of threats; none may come back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from types import FrameType

import numpy as np
import pytest

from grader.core.call import Failed, Returned
from grader.core.compare import compare
from grader.core.comparison import Comparison
from grader.core.limits import Limits
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox

from .support import call

pytestmark = pytest.mark.needs_isolation


@pytest.fixture
def received() -> Iterator[list[int]]:
    """Signals that reach this process while a test runs."""
    numbers: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        numbers.append(number)

    watched = (signal.SIGIO, signal.SIGURG, signal.SIGUSR1)
    before = [signal.signal(number, note) for number in watched]
    yield numbers
    for number, handler in zip(watched, before, strict=True):
        signal.signal(number, handler)


def value(answer: Returned | Failed) -> object:
    assert isinstance(answer, Returned), answer
    return answer.value


def test_12_cpu_clock_of_the_grader_is_no_timing_oracle(sandbox: Sandbox) -> None:
    source = (
        "import time\n"
        "def f(x):\n"
        "    for kind in range(8):\n"
        "        try:\n"
        "            return time.clock_gettime((~x << 3) | kind)\n"
        "        except PermissionError: pass\n"
    )

    assert value(call(sandbox, source, x=os.getpid())) is None
    assert time.clock_gettime((~os.getpid() << 3) | 2) > 0  # outside it can be read


@pytest.mark.parametrize("keys", ["integers", "tuples"])
def test_20_colliding_keys_cost_the_grader_nothing(sandbox: Sandbox, keys: str) -> None:
    made = {
        "integers": "{n * (2**61 - 1): None for n in range(1000)}",
        "tuples": "{tuple(-1 - (n >> b & 1) for b in range(10)): None for n in range(90)}",
    }
    before = time.process_time()

    answer = value(call(sandbox, f"def f(x): return {made[keys]}"))

    assert isinstance(answer, dict)
    assert time.process_time() - before < 0.2


def test_21_broadcast_bomb_costs_the_grader_nothing(sandbox: Sandbox) -> None:
    source = "import numpy as np\ndef f(x): return np.zeros((7000, 1))"
    answer = value(call(sandbox, source))
    before = time.process_time()

    assert compare(answer, np.zeros((1, 7000)), Comparison()) is not None
    assert time.process_time() - before < 0.05


@pytest.mark.parametrize("end", ["raise ValueError('used up')", "sys.exit('used up')"])
def test_34_error_path_works_when_every_descriptor_is_used(sandbox: Sandbox, end: str) -> None:
    source = (
        "import os, sys\n"
        "def f(x):\n"
        "    kept = []\n"
        "    try:\n"
        "        while True: kept.append(os.open('/dev/null', os.O_RDONLY))\n"
        f"    except OSError: {end}\n"
    )

    answer = call(sandbox, source)

    assert isinstance(answer, Failed)
    assert (answer.verdict, answer.is_alive) == (Verdict.RTE, True)
    assert "used up" in answer.message


@pytest.mark.parametrize("name", ["sendmsg", "recvmsg", "sendto", "recvfrom", "sendmmsg"])
def test_44_no_descriptor_is_passed_through_the_data_socket(sandbox: Sandbox, name: str) -> None:
    source = (
        "import ctypes\n"
        "def f(x):\n"
        "    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    return [libc[x](3, None, 0, 0, None, 0), ctypes.get_errno()]\n"
    )
    before = len(os.listdir("/proc/self/fd"))

    assert value(call(sandbox, source, x=name)) == [-1, 1]  # EPERM
    sandbox.rest()
    assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.parametrize("owner", ["grader", "group"])
def test_46_asynchronous_io_signals_nobody(
    sandbox: Sandbox, owner: str, received: list[int]
) -> None:
    source = (
        "import fcntl, os, signal, struct\n"
        "def f(x):\n"
        "    worked = []\n"
        "    owner = struct.pack('ii', 1, x)\n"
        "    for command, value in ((8, x), (10, signal.SIGUSR1), (15, owner)):\n"
        "        for descriptor in range(4):\n"
        "            try:\n"
        "                fcntl.fcntl(descriptor, command, value)\n"
        "                worked.append(command)\n"
        "            except OSError: pass\n"
        "    fcntl.fcntl(3, fcntl.F_SETFL, fcntl.fcntl(3, fcntl.F_GETFL) | os.O_ASYNC)\n"
        "    return worked\n"
    )
    target = os.getpid() if owner == "grader" else -os.getpgrp()

    assert value(call(sandbox, source, x=target)) == []
    assert received == []


def test_large_matmul_in_a_worker_does_not_hang(sandbox: Sandbox) -> None:
    """A zygote with more than one BLAS thread made the first 700x700 matmul of a worker hang."""
    source = (
        "import numpy as np\n"
        "def f(x):\n"
        "    a = np.ones((700, 700))\n"
        "    return float((a @ a).sum())\n"
    )
    before = time.monotonic()

    answer = call(sandbox, source, Limits(cpu_seconds=5.0))

    assert value(answer) == 700.0**3
    assert time.monotonic() - before < 5


def test_flags_of_the_input_do_not_reach_a_later_submission(sandbox: Sandbox) -> None:
    """All workers shared one open file for their input: some bits went from one to the next."""
    source = (
        "import fcntl, os\n"
        "def f(x):\n"
        "    before = [fcntl.fcntl(n, fcntl.F_GETFL) for n in range(4)]\n"
        "    for n in (0, 1, 2):\n"
        "        fcntl.fcntl(n, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK)\n"
        "    return before\n"
    )

    seen = [value(call(sandbox, source)) for _ in range(3)]

    assert seen[0] == seen[1] == seen[2]


@pytest.mark.skipif(
    os.geteuid() != 0,
    reason="AS ROOT ONLY: nobody else may read the maps of a process that is not dumpable",
)
def test_workers_share_no_writable_memory_with_the_zygote(sandbox: Sandbox) -> None:
    call(sandbox, "def f(x): return x")
    assert sandbox._zygote is not None
    with open(f"/proc/{sandbox._zygote.pid}/maps") as lines:
        rights = [line.split()[1] for line in lines]

    assert [right for right in rights if right[1] == "w" and right[3] == "s"] == []
