# expect: WA | aim: type a command into the grader's terminal | means: TIOCSTI and controlling terminals
import fcntl
import os
import termios


def f(host):
    worked = []
    for descriptor in range(4):
        for request in (0x5412, 0x540E, 0x5410, 0x541C, 0x5402, 0x8901, 0x8902, 0x5452):
            try:
                fcntl.ioctl(descriptor, request, b"x" * 64)
                worked.append((descriptor, hex(request)))
            except OSError:
                pass
    for path in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/ptmx", "/dev/vcs"):
        try:
            os.open(path, os.O_RDWR)
            worked.append(path)
        except OSError:
            pass
    for call in (os.openpty, lambda: os.tcsetpgrp(1, os.getpid()), lambda: termios.tcgetattr(1)):
        try:
            call()
            worked.append(call)
        except (OSError, termios.error):
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
