# expect: WA | aim: compute outside of the budget | means: a worker that goes on after its answer
import sys
import time


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    read = frame.f_globals["_read"]

    def slow():
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
        return read()

    frame.f_globals["_read"] = slow
    return 0
