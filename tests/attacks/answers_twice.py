# expect: PE | aim: answer the next call beforehand | means: a second copy of a true answer
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    worker = frame.f_globals
    payload = b"t\x02\x00\x00\x00t\x00\x00\x00\x00T"
    for _ in range(2):
        worker["_write"](4, frame.f_locals["request_id"], payload)
