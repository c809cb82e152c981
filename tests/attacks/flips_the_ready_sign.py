# expect: PE | aim: start over with the grader | means: a second READY, as a fresh worker sends it
import os
import struct


def f(host):
    os.write(3, struct.pack("<4sB3xQQ", b"GrD1", 3, 0, 0))
    return 0
