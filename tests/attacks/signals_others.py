# expect: WA | aim: stop the grader | means: signals to it, to the zygote, to all
import os
import signal


def f(host):
    worked = []
    for target in (host["grader"], os.getppid(), -1, 0, 1):
        for number in (0, signal.SIGUSR1):
            try:
                os.kill(target, number)
                worked.append((target, number))
            except OSError:
                pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
