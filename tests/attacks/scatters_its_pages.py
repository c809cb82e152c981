# expect: WA | aim: use memory that no limit counts | means: single pages far apart, each with page tables of its own
import ctypes


def f(host):
    if "scattered" in globals():
        return 0
    globals()["scattered"] = True  # the kernel's limit on mappings (65,530) bounds it: 256 MiB
    libc, count = ctypes.CDLL(None, use_errno=True), 0
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
    for step in range(8192):
        at = 0x100000000000 + (step << 21)
        if libc.mmap(at, 4096, 3, 0x100022, -1, 0) != at:
            break
        ctypes.memset(at, 1, 1)
        count += 1
    print(f"visible: {count} page tables beside its limit")
    return 0
