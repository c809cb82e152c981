# expect: WA | aim: send a value that is equal to everything | means: replace the tables of the worker's own codec
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    codec = frame.f_globals["codec"]
    codec._PUT[bool] = lambda parts, value, depth, state: parts.append(b"d" + b"\0" * 6 + b"\xf8\x7f")
    codec._PUT[int] = codec._PUT[bool]
    return True
