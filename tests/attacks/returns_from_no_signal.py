# expect: RTE | aim: choose every register | means: return from a signal that never came
import ctypes
import platform


def f(host):
    ctypes.CDLL(None).syscall({"x86_64": 15, "aarch64": 139}[platform.machine()])
    return 0
