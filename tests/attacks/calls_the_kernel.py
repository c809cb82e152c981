# expect: WA | aim: leave the jail | means: raw system calls of kernel interfaces, x86-64 numbers
import ctypes
import platform

NAMES = {
    41: "socket", 42: "connect", 46: "sendmsg", 53: "socketpair", 29: "shmget", 68: "msgget",
    64: "semget", 76: "truncate", 82: "rename", 83: "mkdir", 85: "creat", 86: "link", 87: "unlink",
    88: "symlink", 90: "chmod", 92: "chown", 101: "ptrace", 105: "setuid", 109: "setpgid",
    112: "setsid", 126: "capset", 129: "rt_sigqueueinfo", 132: "utime", 133: "mknod",
    135: "personality", 141: "setpriority", 144: "sched_setscheduler", 149: "mlock",
    154: "modify_ldt", 155: "pivot_root", 160: "setrlimit", 161: "chroot", 165: "mount",
    167: "swapon", 169: "reboot", 175: "init_module", 203: "sched_setaffinity", 206: "io_setup",
    213: "epoll_create", 222: "timer_create", 240: "mq_open", 246: "kexec_load", 248: "add_key",
    250: "keyctl", 253: "inotify_init", 272: "unshare", 278: "vmsplice", 279: "move_pages",
    282: "signalfd", 283: "timerfd_create", 284: "eventfd", 298: "perf_event_open",
    300: "fanotify_init", 303: "name_to_handle_at", 308: "setns", 310: "process_vm_readv",
    311: "process_vm_writev", 312: "kcmp", 317: "seccomp", 319: "memfd_create", 321: "bpf",
    322: "execveat", 323: "userfaultfd", 329: "pkey_mprotect", 424: "pidfd_send_signal",
    425: "io_uring_setup", 428: "open_tree", 430: "fsopen", 434: "pidfd_open", 438: "pidfd_getfd",
    440: "process_madvise", 444: "landlock_create_ruleset", 447: "memfd_secret", 451: "cachestat",
}


def f(host):
    if platform.machine() != "x86_64":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    worked = []
    for number, name in NAMES.items():
        result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
        if result != -1 or ctypes.get_errno() != 1:
            worked.append((name, result, ctypes.get_errno()))
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
