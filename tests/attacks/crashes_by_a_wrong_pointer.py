# expect: RTE | aim: be skipped | means: write to address 8
import ctypes


def f(host):
    ctypes.memset(8, 0, 8)
