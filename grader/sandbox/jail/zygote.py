"""The process that workers are forked from: it imports numpy once, locks itself, then only forks.

Theory of operation. One thread, started by exec with an empty environment, so that nothing of the
grader is in its memory. After the imports it takes the directory of packages off the module path
and out of the importer cache (the cached listing would reveal what is installed beside numpy),
drops its rights and applies Landlock, and only then reads its first message. Messages are JSON on a
SEQPACKET socket, from the grader only: spawn, with the two descriptors of a worker, answered with a
pidfd; reap, answered with its wait status and CPU time; both answers repeat the worker's number.
Sources, inputs and answers travel on the worker's own socket and never pass here. End of file on
the control socket ends this process, and with it its workers (PDEATHSIG).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import socket
import sys
from typing import Any

from . import confine, frames, kernel, serve

#: what a submission or an error path may need: a late import would cost time, or a descriptor
_PRELOADED = (
    "abc array ast base64 bisect builtins collections collections.abc contextlib copy "
    "dataclasses datetime decimal difflib enum fractions functools gc hashlib heapq inspect "
    "io itertools json keyword linecache math numbers operator os pathlib pickle platform "
    "pprint random re shutil signal statistics string struct sys tempfile "
    "textwrap threading time timeit tokenize traceback types typing "
    "warnings weakref zipfile encodings.utf_8_sig encodings.latin_1 encodings.utf_16 "
    "encodings.ascii"
)
_PRELOADED_OF = {
    "numpy": "numpy.linalg numpy.random numpy.fft numpy.lib.stride_tricks",
    "scipy": "scipy.linalg scipy.sparse scipy.special scipy.ndimage scipy.signal",
}
_CONTROL_BYTES = 1 << 16
_SETUP_FAILED = 70


def main(settings: dict[str, Any]) -> None:
    """Run as the settings say until the grader closes the control socket."""
    _import_everything(settings["packages"])
    if settings["mode"] == "single":
        _be_the_worker(settings)
    control = socket.socket(fileno=settings["control"])
    report = _report()
    _forget(settings["package_directories"])
    confine.lock_zygote(settings["readable"], has_walls=settings["has_walls"])
    # everything until here belongs to all workers: keep the collector from touching its pages
    gc.collect()
    gc.freeze()
    control.send(json.dumps(report).encode())
    _take_orders(control, settings["has_walls"])


def _import_everything(packages: list[str]) -> None:
    neighbours = _Neighbours(packages)
    sys.meta_path.insert(0, neighbours)
    for name in _PRELOADED.split() + packages:
        importlib.import_module(name)
    for package in packages:
        for name in _PRELOADED_OF.get(package, "").split():
            importlib.import_module(name)
    sys.meta_path.remove(neighbours)


class _Neighbours:
    """The first finder while packages are imported: what lies beside them is not there.

    Packages import others that happen to be installed (numpy.f2py, which scipy needs, imports
    charset_normalizer), and the grader refuses a zygote that holds one.
    """

    def __init__(self, packages: list[str]) -> None:
        self._known = sys.stdlib_module_names | {*packages}

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Nothing: the other finders are asked; ModuleNotFoundError for a neighbour."""
        is_known = name in self._known or name.startswith("_sysconfigdata")
        if path is None and not is_known:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _forget(directories: list[str]) -> None:
    """Take the directories of packages off the path; their submodules load by __path__."""
    sys.path[:] = [entry for entry in sys.path if entry not in directories]
    for entry in directories:
        sys.path_importer_cache.pop(entry, None)


def _report() -> dict[str, Any]:
    """What the grader checks before it trusts this process."""
    places: dict[str, list[str]] = {}
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        places.setdefault(os.path.dirname(file) if file else "", []).append(name)
    return {
        "modules": places,
        "tasks": _tasks(),
        "users": os.getresuid(),
        "groups": [*os.getresgid(), *os.getgroups()],
    }


def _tasks() -> int:
    """How many threads this process has; without /proc, 2 stands for more than one."""
    try:
        return len(os.listdir("/proc/self/task"))
    except FileNotFoundError:
        try:
            # a thread group of its own: nothing to do for one thread, EINVAL for more
            kernel.call("unshare", kernel.CLONE_THREAD)
        except OSError:
            return 2
        return 1


def _take_orders(control: socket.socket, has_walls: bool) -> None:
    pids: dict[int, int] = {}
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, _CONTROL_BYTES, 8)
        if not data:
            os._exit(0)
        order = json.loads(data)
        if order["order"] == "spawn":
            order["limits"]["has_walls"] = has_walls
            pids[order["id"]] = _spawn(control, order, descriptors)
        else:
            _, status, usage = os.wait4(pids.pop(order["id"]), 0)
            spent = usage.ru_utime + usage.ru_stime
            answer = {"id": order["id"], "status": status, "cpu_seconds": spent}
            control.send(json.dumps(answer).encode())


def _spawn(control: socket.socket, order: dict[str, Any], descriptors: list[int]) -> int:
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            _become_worker(zygote, order["limits"], *descriptors)
        finally:
            os._exit(_SETUP_FAILED)
    for descriptor in descriptors:
        os.close(descriptor)
    pidfd = os.pidfd_open(pid)
    try:
        socket.send_fds(control, [json.dumps({"id": order["id"]}).encode()], [pidfd])
    finally:
        os.close(pidfd)
    return pid


def _become_worker(zygote: int, limits: dict[str, int], data: int, output: int) -> None:
    """In the child: move the descriptors to 0-3, close all others, lock, serve."""
    os.setsid()
    _arrange(data, output)
    confine.limit(limits["cpu_seconds"], limits["memory_bytes"])
    confine.lock_worker(zygote, has_walls=bool(limits["has_walls"]))
    _serve()


def _arrange(data: int, output: int) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(data, serve.DATA)
    most = 1 << 20 if sys.platform == "linux" else os.sysconf("SC_OPEN_MAX")
    os.closerange(serve.DATA + 1, most)


def _be_the_worker(settings: dict[str, Any]) -> None:
    """A self-check: this cold process is the worker; limits hold, nothing else does."""
    os.setsid()
    # the descriptors may lie on 0-3 themselves, so that they move out of the way first
    _arrange(os.dup(settings["data"]), os.dup(settings["output"]))
    _forget(settings["package_directories"])
    confine.limit(settings["limits"]["cpu_seconds"], settings["limits"]["memory_bytes"])
    _serve()


def _serve() -> None:
    random.seed(0)
    seed = getattr(sys.modules.get("numpy.random"), "seed", None)
    if seed is not None:
        seed(0)
    try:
        serve.run()
    except MemoryError:  # what the learner's code keeps leaves no room for the next request
        os._exit(frames.OUT_OF_MEMORY)
    os._exit(0)
