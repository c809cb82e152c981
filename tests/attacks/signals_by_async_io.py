# expect: WA | aim: signal the grader (regression: F_SETOWN with asynchronous I/O) | means: fcntl on the data socket
import fcntl
import os
import signal


def f(host):
    worked = []
    for command, value in ((8, host["grader"]), (10, signal.SIGUSR1), (15, 0), (1031, 1 << 20)):
        try:
            fcntl.fcntl(3, command, value)
            worked.append(command)
        except OSError:
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    fcntl.fcntl(3, fcntl.F_SETFL, fcntl.fcntl(3, fcntl.F_GETFL) | os.O_ASYNC)
    return 0
