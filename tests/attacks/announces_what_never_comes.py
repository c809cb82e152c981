# expect: TLE | aim: hang the grader | means: a header that announces 64 MiB, then one byte, then nothing
import os
import struct
import sys
import time


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    os.write(3, struct.pack("<4sB3xQQ", b"GrD1", 4, frame.f_locals["request_id"], 64 << 20) + b"t")
    while True:
        time.sleep(60)
