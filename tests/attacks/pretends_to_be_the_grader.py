# expect: WA | aim: pass for the grader in a list of processes | means: rename thread and process
import ctypes
import sys


def f(host):
    libc = ctypes.CDLL(None)
    for name in (b"grader", b"x) R 1 1 1\n", b"\x1b[31m"):
        libc.prctl(15, name, 0, 0, 0)
    sys.argv[:] = ["grader", "grade", "--all-points"]
    return 0
