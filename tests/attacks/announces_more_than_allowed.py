# expect: PE | aim: exhaust the grader's memory | means: a header that announces an exabyte
import os
import struct
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    os.write(3, struct.pack("<4sB3xQQ", b"GrD1", 4, frame.f_locals["request_id"], 1 << 60))
    return 0
