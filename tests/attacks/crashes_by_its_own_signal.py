# expect: RTE | aim: look like a fault of the grader | means: signals that kill, sent to itself
import os
import signal


def f(host):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
