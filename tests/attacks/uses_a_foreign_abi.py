# expect: RTE | aim: reach system calls under other numbers | means: the x32 bit
import ctypes
import os
import platform


def f(host):
    if platform.machine() != "x86_64":
        os.abort()
    return ctypes.CDLL(None).syscall(0x40000000 | 39)
