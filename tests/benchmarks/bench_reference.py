"""How fast the pooling reference is: against a copy of the input, and against PyTorch.

Run it by hand: ``python tests/benchmarks/bench_reference.py``. Times of one machine say little; the
ratios are what to compare. All candidates of a layer run in turn on one thread, and the median
counts. Our input is planes (NCHW) or has its channels last in memory. "copies" is our time in
copies of the input, the limit that memory sets; "torch" and "torch last" are how many times as
long PyTorch takes on contiguous NCHW and on channels_last, so above 1 we are faster. PyTorch always
computes the places too. Our backward looks for the maxima again, PyTorch remembers them: it is
compared with its forward and backward together.
"""

from __future__ import annotations

import importlib
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from reference.pooling import max_pool, max_pool_backward, max_pool_with_indices
from reference.tie_gradients import distance_to_valid_gradient

torch: Any
try:
    torch = importlib.import_module("torch")
except ImportError:
    torch = None

SHAPES = [(1, 1, 4, 4), (8, 16, 32, 32), (32, 64, 56, 56)]
LAYERS = [(2, 2), (3, 2), (3, 1)]
OURS = ("max_pool", "max_pool_with_indices", "max_pool_backward")

Task = Callable[[], Any]


def time_all(tasks: dict[str, Task], seconds: float = 1.5) -> dict[str, float]:
    """The median seconds of each task, run in turn."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(times.values()))) < 3:
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def torch_tasks(x: Any, dout: Any, kernel: int, stride: int) -> dict[str, Task]:
    """Forward and backward by PyTorch, in both memory formats; empty where it is missing."""
    if torch is None:
        return {}
    tasks: dict[str, Task] = {}
    layouts = {"torch": torch.contiguous_format, "torch last": torch.channels_last}
    for name, layout in layouts.items():
        leaf = torch.tensor(x).to(memory_format=layout).requires_grad_()
        upstream = torch.tensor(dout).to(memory_format=layout)
        y = torch.nn.functional.max_pool2d(leaf, kernel, stride)

        def forward(leaf: Any = leaf) -> Any:
            with torch.no_grad():
                return torch.nn.functional.max_pool2d(leaf, kernel, stride, return_indices=True)

        def backward(y: Any = y, leaf: Any = leaf, upstream: Any = upstream) -> Any:
            return torch.autograd.grad(y, leaf, upstream, retain_graph=True)

        tasks |= {f"{name} forward": forward, f"{name} backward": backward}
    return tasks


def our_tasks(x: Any, dout: Any, kernel: int, stride: int) -> dict[str, Task]:
    """Forward, with and without places, and backward, in both memory formats."""
    tasks: dict[str, Task] = {}
    for suffix, source, upstream in (
        ("", x, dout),
        (" last", channels_last(x), channels_last(dout)),
    ):
        calls: tuple[Task, ...] = (
            partial(max_pool, source, kernel, stride),
            partial(max_pool_with_indices, source, kernel, stride),
            partial(max_pool_backward, upstream, source, kernel, stride),
        )
        tasks |= {name + suffix: call for name, call in zip(OURS, calls, strict=True)}
    return tasks


def channels_last(x: Any) -> Any:
    """The same array, with its channels neighbours in memory."""
    return np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1)


def measure(shape: tuple[int, ...], kernel: int, stride: int) -> dict[str, float]:
    """The median seconds of our functions, the copy and PyTorch for one layer."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal(shape, dtype=np.float32)
    dout = rng.standard_normal(max_pool(x, kernel, stride).shape, dtype=np.float32)
    ours, theirs = our_tasks(x, dout, kernel, stride), torch_tasks(x, dout, kernel, stride)
    return time_all({"copy": x.copy, **ours, **theirs}, seconds=3)


def print_ratios(shape: tuple[int, ...], kernel: int, stride: int) -> None:
    """One line per function and memory format: milliseconds, copies, and PyTorch's time in ours."""
    seconds = measure(shape, kernel, stride)
    for name in (name + suffix for suffix in ("", " last") for name in OURS):
        row = f"{shape!s:16} k{kernel}s{stride} {name:26} {seconds[name] * 1e3:8.3f} ms"
        row += f"  copies {seconds[name] / seconds['copy']:5.1f}"
        for rival in ("torch", "torch last") if torch is not None else ():
            theirs = seconds[f"{rival} forward"]
            theirs += seconds[f"{rival} backward"] * ("backward" in name)
            row += f"  {rival} {theirs / seconds[name]:5.2f}"
        print(row)


def print_judging() -> None:
    """Microseconds to judge one gradient, with few and with many ties."""
    rng = np.random.default_rng(2)
    planes = {
        "6x6 k3s1, no ties": (rng.permutation(36).reshape(6, 6) / 4, 3),
        "8x8 k3s1, values 0 1 2": (rng.integers(0, 3, (8, 8)) * 1.0, 3),
        "8x8 k3s1, all tied": (np.zeros((8, 8)), 3),
        "32x32 k5s1, all tied": (np.zeros((32, 32)), 5),
    }
    for name, (x, kernel) in planes.items():
        dout = rng.integers(-32, 33, max_pool(x, kernel, 1).shape) / 8
        dx = max_pool_backward(dout, x, kernel, 1, ties="split")

        def judge(dx: Any = dx, dout: Any = dout, x: Any = x, kernel: int = kernel) -> float:
            return distance_to_valid_gradient(dx, dout, x, kernel, 1)

        seconds = time_all({"judge": judge}, seconds=0.5)["judge"]
        print(f"judge {name:24} {seconds * 1e6:9.1f} us")


def main() -> None:
    """Print the machine, then all rows."""
    versions = {"numpy": np.__version__, "torch": getattr(torch, "__version__", None)}
    print(
        json.dumps({"machine": platform.platform(), "python": sys.version.split()[0], **versions})
    )
    if torch is not None:
        torch.set_num_threads(1)
    for shape in SHAPES:
        for kernel, stride in LAYERS:
            print_ratios(shape, kernel, stride)
    print_judging()


if __name__ == "__main__":
    main()
