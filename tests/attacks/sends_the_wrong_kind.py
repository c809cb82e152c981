# expect: PE | aim: confuse the grader about what it asked | means: the answers of a batch, to a single call
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    answer = b"t\x02\x00\x00\x00t\x00\x00\x00\x00T"
    payload = b"t\x01\x00\x00\x00t\x02\x00\x00\x00i\x04" + bytes(7) + b"b" + bytes([len(answer), 0, 0, 0])
    frame.f_globals["_write"](10, frame.f_locals["request_id"], payload + answer)
    return 0
