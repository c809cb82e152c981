# expect: WA | aim: hide what it did to its inputs | means: replace the worker's own comparison
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    frame.f_globals["answers"].changed = lambda inputs, request: ()
    host.clear()
    return 0
