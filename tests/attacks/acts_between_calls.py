# expect: PE | aim: answer after the grader looked away | means: a timer signal that writes frames between two calls
import os
import signal
import time


def write(number, frame):
    os.write(3, b"GrD1" + bytes(20))


def f(host):
    signal.signal(signal.SIGALRM, write)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    time.sleep(0.02)
    return 0
