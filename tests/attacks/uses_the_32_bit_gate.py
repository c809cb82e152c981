# expect: RTE | aim: reach system calls under other numbers | means: int 0x80 in machine code of its own
import ctypes
import mmap
import os
import platform


def f(host):
    if platform.machine() != "x86_64":
        os.abort()
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid of the 32-bit table
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_long)(address)()
