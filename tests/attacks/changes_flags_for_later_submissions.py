# expect: WA | aim: leave a message to a later submission (regression: all workers shared one input) | means: status flags of inherited descriptors
import fcntl
import os

MARK = os.O_APPEND | os.O_NONBLOCK


def f(host):
    found = [fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND for descriptor in range(4)]
    if any(found) and "marked" not in globals():
        raise SystemError(f"an earlier submission left its mark: {found}")
    for descriptor in range(4):
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | MARK)
    fcntl.fcntl(1, fcntl.F_SETFL, os.O_WRONLY)
    fcntl.fcntl(3, fcntl.F_SETFL, os.O_RDWR)
    globals()["marked"] = True
    return 0
