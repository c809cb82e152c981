# expect: RTE | aim: look like a fault of the grader | means: a timer whose signal ends it when nobody calls it
import signal


def f(host):
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.01)
    if "called" in globals():
        while True:
            pass
    globals()["called"] = True
    return 0
