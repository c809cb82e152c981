"""From root to nobody, then exec: run by path as root, before the zygote exists.

Theory of operation. Where the interpreter or numpy lies below a directory that only root may enter
(/root, a temporary directory), the unprivileged user could not even start it. Then this process
takes a mount namespace of its own, covers each such directory by an empty tmpfs, and binds into it,
read-only, just the files that the zygote needs; the host sees none of this. After that it gives up
groups, group and user, checks that they are gone for good, and becomes the zygote by exec.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any

_CLONE_NEWNS = 0x00020000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND = 1, 2, 4, 32, 4096
_MS_REC, _MS_PRIVATE = 16384, 1 << 18
#: how a refused mount is told; a capability does not help where AppArmor or seccomp says no
CANNOT_MOUNT = "the host refuses a mount namespace of its own"


def _kernel() -> Any:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernel.py")
    spec = importlib.util.spec_from_file_location("kernel", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _mount(kernel: Any, source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    import ctypes

    texts = [ctypes.c_char_p(item.encode()) for item in (source, target, kind)]
    kernel.call("mount", *texts, flags, ctypes.c_char_p(options.encode()))


def _uncover(kernel: Any, covered: list[str], needed: list[str]) -> None:
    """Replace each covered directory by one that holds only what is needed below it."""
    kernel.call("unshare", _CLONE_NEWNS)
    _mount(kernel, "none", "/", "", _MS_REC | _MS_PRIVATE)
    opened = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in needed}
    is_directory = {path: os.path.isdir(path) for path in needed}
    for directory in covered:
        options = "mode=0755,size=1m,nr_inodes=4096"
        _mount(kernel, "tmpfs", directory, "tmpfs", _MS_NOSUID | _MS_NODEV, options)
    for path, descriptor in opened.items():
        os.makedirs(path if is_directory[path] else os.path.dirname(path), exist_ok=True)
        if not is_directory[path]:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))
        _mount(kernel, f"/proc/self/fd/{descriptor}", path, "", _MS_BIND)
        flags = _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV
        _mount(kernel, "none", path, "", flags)
        os.close(descriptor)
    for directory in covered:
        flags = _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV
        _mount(kernel, "tmpfs", directory, "tmpfs", flags)


def _drop(uid: int) -> None:
    """Become an unprivileged user, and prove that there is no way back."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if {*os.getresuid(), *os.getresgid()} != {uid} or os.getgroups():
        raise PermissionError("the user did not change")
    try:
        os.setuid(0)
    except PermissionError:
        return
    raise PermissionError("the change of user can be undone")


if __name__ == "__main__":
    _settings = json.loads(sys.argv[1])
    os.umask(0o022)
    if _settings["covered"]:
        try:
            _uncover(_kernel(), _settings["covered"], _settings["needed"])
        except OSError as error:
            sys.exit(f"{CANNOT_MOUNT}: {error}")
    os.chdir("/")
    _drop(_settings["uid"])
    os.execve(_settings["argv"][0], _settings["argv"], _settings["environment"])
