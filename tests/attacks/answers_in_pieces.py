# expect: WA | aim: confuse how frames are put together | means: a true answer, written byte by byte
import os
import struct
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    payload = b"t\x02\x00\x00\x00t\x00\x00\x00\x00T"
    head = struct.pack("<4sB3xQQ", b"GrD1", 4, frame.f_locals["request_id"], len(payload))
    for byte in head + payload:
        os.write(3, bytes([byte]))
    frame.f_globals["_write"] = lambda *args: None
    return 0
