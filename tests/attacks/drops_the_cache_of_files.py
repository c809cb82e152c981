# expect: WA | aim: slow down the submissions beside it | means: have the kernel forget, or read ahead, what it keeps of libraries
import ctypes
import os

import numpy as np


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    descriptor = os.open(np.__file__, os.O_RDONLY)
    tried = {
        "forget": lambda: os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED),
        "read ahead": lambda: os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED),
        "readahead": lambda: libc.readahead(descriptor, 0, 1 << 20) + 1 or os.open("/nowhere", 0),
        "sync": lambda: os.fsync(descriptor),
        "sync all": lambda: libc.syncfs(descriptor) + 1 or os.open("/nowhere", 0),
    }
    for name, attempt in tried.items():
        try:
            attempt()
            worked.append(name)
        except OSError:
            pass
    os.close(descriptor)
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
