# expect: PE | aim: answer a later call with an earlier answer | means: the frame of the first call, kept and sent again
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    worker, number = frame.f_globals, frame.f_locals["request_id"]
    kept = globals().setdefault("kept", number)
    worker["_write"](4, kept, b"t\x02\x00\x00\x00t\x00\x00\x00\x00T")
    if kept == number:
        write = worker["_write"]
        worker["_write"] = lambda *args: worker.update(_write=write)
    return 0
