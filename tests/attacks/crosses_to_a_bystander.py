# expect: WA | aim: read or stop another submission | means: signals, memory and descriptors of a worker beside it
import ctypes
import os
import signal


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    target = host["bystander"]
    for number in (0, signal.SIGUSR1):
        try:
            os.kill(target, number)
            worked.append(("kill", number))
        except OSError:
            pass
        for name, call in (("tgkill", 234), ("tkill", 200)):
            first = (target, target, number) if name == "tgkill" else (target, number)
            if libc.syscall(call, *first) == 0:
                worked.append((name, number))
    local, remote = ctypes.create_string_buffer(8), (ctypes.c_size_t * 2)(id(worked), 8)
    here = (ctypes.c_size_t * 2)(ctypes.addressof(local), 8)
    for call in (310, 311):  # process_vm_readv and process_vm_writev on x86-64
        if libc.syscall(call, target, here, 1, remote, 1, 0) > 0:
            worked.append(call)
    if libc.ptrace(16, target, None, None) == 0:
        worked.append("ptrace")
    if libc.syscall(434, target, 0) >= 0:
        worked.append("pidfd_open")
    for name in ("mem", "maps", "environ", "cmdline", "stat", "fd/3", "root", "cwd"):
        try:
            with open(f"/proc/{target}/{name}", "rb") as file:
                worked.append((name, len(file.read(1))))
        except OSError:
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
