# expect: WA | aim: find the spare worker and the submissions beside it | means: every call that takes a process number, asked of the numbers around its own
import ctypes
import os
import resource
import time


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    near = {os.getpid() + step for step in range(-40, 41)} - {os.getpid()}
    others = {host["grader"], host["zygote"], host["bystander"], os.getppid(), *near}
    for pid in (pid for pid in others if pid > 0):  # inside walls its own number is a small one
        tried = {
            "affinity": lambda: os.sched_getaffinity(pid),
            "scheduler": lambda: os.sched_getscheduler(pid),
            "kill": lambda: os.kill(pid, 0),
            "limits": lambda: resource.prlimit(pid, resource.RLIMIT_AS),
            "group": lambda: os.getpgid(pid),
            "session": lambda: os.getsid(pid),
            "priority": lambda: os.getpriority(os.PRIO_PROCESS, pid),
            "clock": lambda: time.clock_gettime((~pid << 3) | 2),
            "pidfd": lambda: os.pidfd_open(pid),
            "wait": lambda: os.waitpid(pid, os.WNOHANG),
            "waitid": lambda: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG),
            "round": lambda: os.sched_rr_get_interval(pid),
        }
        for name, ask in tried.items():
            try:
                ask()
                worked.append((pid, name))
            except PermissionError:
                pass  # the same for every number, taken or free
            except OSError as error:
                worked.append((pid, name, error.errno))
    if worked:
        raise SystemError(f"worked: {worked[:10]}")
    return 0
