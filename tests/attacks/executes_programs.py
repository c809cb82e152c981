# expect: WA | aim: run a program | means: each form of exec, from disk and from memory
import ctypes
import os
import sys


def attempts(libc):
    for path in ("/bin/sh", "/bin/true", sys.executable or "/usr/bin/python3", "/proc/self/exe"):
        yield lambda p=path: os.execv(p, [p])
        yield lambda p=path: os.execve(p, [p], {})
        yield lambda p=path: os.posix_spawn(p, [p], {})
    yield lambda: os.execvp("sh", ["sh"])
    yield lambda: os.execv("/lib64/ld-linux-x86-64.so.2", ["ld", "/bin/true"])
    yield lambda: libc.memfd_create(b"a", 0) >= 0 or os.execv("/nowhere", ["a"])
    yield lambda: libc.fexecve(0, None, None) == 0 or os.execv("/nowhere", ["a"])
    yield lambda: libc.system(b"true") == 0 or os.execv("/nowhere", ["a"])


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    for number, attempt in enumerate(attempts(libc)):
        try:
            attempt()
            worked.append(number)
        except OSError:
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
