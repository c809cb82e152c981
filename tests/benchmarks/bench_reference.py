"""How fast the pooling reference is: against a copy of the input, and against PyTorch.

Run it by hand: ``python tests/benchmarks/bench_reference.py``. Times of one machine say little; the
ratios are what to compare. All candidates of a row run interleaved on one thread, and the median
counts. "torch" is PyTorch on contiguous NCHW, "torch last" on channels_last; both columns are our
time divided by theirs, so below 1 we are faster. PyTorch always computes the places too.
"""

from __future__ import annotations

import importlib
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
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

SHAPES = [(1, 1, 6, 6), (8, 16, 32, 32), (32, 64, 56, 56)]
LAYERS = [(2, 2), (3, 2), (3, 1)]

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


def measure(shape: tuple[int, ...], kernel: int, stride: int) -> dict[str, float]:
    """The median seconds of our functions, the copy and PyTorch for one layer."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal(shape, dtype=np.float32)
    dout = rng.standard_normal(max_pool(x, kernel, stride).shape, dtype=np.float32)
    return time_all(
        {
            "copy": x.copy,
            "max_pool": lambda: max_pool(x, kernel, stride),
            "max_pool_with_indices": lambda: max_pool_with_indices(x, kernel, stride),
            "max_pool_backward": lambda: max_pool_backward(dout, x, kernel, stride),
            **torch_tasks(x, dout, kernel, stride),
        }
    )


def print_ratios(shape: tuple[int, ...], kernel: int, stride: int) -> None:
    """One line per function: milliseconds, and ratios to the copy and to PyTorch.

    Our backward looks for the maxima again, PyTorch remembers them: its forward is added.
    """
    seconds = measure(shape, kernel, stride)
    for name in ("max_pool", "max_pool_with_indices", "max_pool_backward"):
        row = f"{shape!s:18} k{kernel}s{stride} {name:22} {seconds[name] * 1e3:9.3f} ms"
        row += f"  copy {seconds[name] / seconds['copy']:6.1f}"
        for rival in ("torch", "torch last") if torch is not None else ():
            theirs = seconds[f"{rival} forward"]
            theirs += seconds[f"{rival} backward"] * (name == "max_pool_backward")
            row += f"  {rival} {seconds[name] / theirs:5.2f}"
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
