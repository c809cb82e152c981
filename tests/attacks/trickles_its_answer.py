# expect: TLE | aim: keep the grader busy for ever | means: an answer that comes one byte at a time, slowly
import os
import struct
import sys
import time


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    os.write(3, struct.pack("<4sB3xQQ", b"GrD1", 4, frame.f_locals["request_id"], 1 << 20))
    while True:
        os.write(3, b"t")
        time.sleep(0.01)
