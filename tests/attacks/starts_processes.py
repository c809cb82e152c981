# expect: WA | aim: outlive the worker or use up processes | means: fork, clone, vfork, exec, threads
import ctypes
import os
import subprocess
import threading


def attempts():
    yield os.fork
    yield lambda: subprocess.run(["/bin/true"], check=True)
    yield lambda: os.posix_spawn("/bin/true", ["true"], {})
    yield lambda: os.execv("/bin/true", ["true"])
    yield lambda: os.system("true") == 0 or 1 / 0
    yield lambda: threading.Thread(target=print).start()
    libc = ctypes.CDLL(None)
    for number in (56, 57, 58, 435):  # clone, fork, vfork, clone3 on x86-64
        yield lambda n=number: libc.syscall(n, 17, 0, 0, 0, 0) > 0 or 1 / 0


def f(host):
    worked = []
    for number, attempt in enumerate(attempts()):
        try:
            attempt()
            worked.append(number)
        except (OSError, RuntimeError, ZeroDivisionError):
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
