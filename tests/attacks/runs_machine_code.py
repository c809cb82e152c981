# expect: WA | aim: reach the kernel around every library | means: its own machine code: fork, then a socket
import ctypes
import mmap
import platform


def f(host):
    if platform.machine() != "x86_64":
        return 0
    worked = []
    for number in (57, 41, 56, 59, 62):  # fork, socket, clone, execve, kill with pid 0
        code = b"\x31\xff\x31\xf6\x31\xd2\xb8" + number.to_bytes(4, "little") + b"\x0f\x05\xc3"
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        result = ctypes.CFUNCTYPE(ctypes.c_long)(address)()
        if result != -1:  # the kernel's own -EPERM
            worked.append((number, result))
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
