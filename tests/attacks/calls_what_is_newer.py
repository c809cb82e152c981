# expect: WA | aim: leave the jail by a call that no list knows | means: every system call number that is not allowed
import ctypes
import platform

ALLOWED = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 23, 24, 25, 28, 32,
    33, 34, 35, 36, 37, 38, 39, 60, 62, 63, 72, 78, 79, 89, 95, 96, 97, 98, 99, 100, 102, 104, 107,
    108, 110, 111, 115, 118, 120, 127, 128, 131, 157, 186, 201, 204, 217, 219, 228, 229,
    230, 231, 234, 257, 262, 267, 269, 270, 271, 292, 302, 309, 318, 332, 439,
}
# uretprobe and uprobe: newer kernels let them past every filter, and end who calls them (SIGILL)
ALLOWED |= {335, 336}


def f(host):
    if platform.machine() != "x86_64":
        return 0
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    for number in sorted(set(range(1024)) - ALLOWED):
        result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
        # 435 is clone3: it is answered as on a kernel that does not have it
        if result != -1 or ctypes.get_errno() != (38 if number == 435 else 1):
            worked.append((number, result, ctypes.get_errno()))
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
