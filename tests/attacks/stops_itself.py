# expect: TLE | aim: hold a place in the queue for ever | means: SIGSTOP to itself, which no handler sees
import os
import signal


def f(host):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 0
