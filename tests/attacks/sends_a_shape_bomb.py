# expect: PE | aim: exhaust the grader's memory | means: an array header of an exabyte, in a frame of its own
import struct
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    bomb = b"a\x0b\x00\x03" + struct.pack("<3Q", 1 << 20, 1 << 20, 1 << 20) + bytes(64)
    payload = b"t\x02\x00\x00\x00t\x00\x00\x00\x00" + bomb
    frame.f_globals["_write"](4, frame.f_locals["request_id"], payload)
    return 0
