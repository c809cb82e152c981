# expect: WA | aim: learn which threads run, and lend them its waiting | means: futexes that name a thread of another process, or lie in shared memory
import ctypes
import mmap
import os
import platform

NUMBERS = {"x86_64": 202, "aarch64": 98}
WAIT, WAKE, LOCK_PI, TRYLOCK_PI, LOCK_PI2, PRIVATE = 0, 1, 6, 8, 13, 128


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    number = NUMBERS[platform.machine()]
    page = mmap.mmap(-1, 4096)
    word = ctypes.c_uint32.from_buffer(page)
    moment = (ctypes.c_long * 2)(0, 1000)
    for pid in (host["grader"], host["zygote"], host["bystander"], os.getppid()):
        for operation in (LOCK_PI, TRYLOCK_PI, LOCK_PI2):
            for flag in (0, PRIVATE):
                word.value = pid
                result = libc.syscall(number, ctypes.byref(word), operation | flag, 0, moment)
                # refused before anyone looks for the thread: EPERM for each, there or not
                if result != -1 or ctypes.get_errno() != 1:
                    worked.append((pid, operation, flag, ctypes.get_errno()))
    word.value = 0
    for operation in (WAIT, WAKE):  # one that is not private meets other processes at a file
        if libc.syscall(number, ctypes.byref(word), operation, 1, moment) != -1 or ctypes.get_errno() != 1:
            worked.append((operation, ctypes.get_errno()))
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
