# expect: PE | aim: be loaded without being read | means: answer LOAD itself, at import, then answer what comes
import os
import struct
import sys

frame = sys._getframe()
while "request_id" not in frame.f_locals:
    frame = frame.f_back
payload = b"t\x02\x00\x00\x00s\x01\x00\x00\x00at\x00\x00\x00\x00"
head = struct.pack("<4sB3xQQ", b"GrD1", 4, frame.f_locals["request_id"], len(payload))
os.write(3, head + payload)
while True:
    request = os.read(3, 1 << 16)
    payload = b"t\x02\x00\x00\x00t\x00\x00\x00\x00T"
    # it knows neither the answer nor how the grader counts: it repeats the frame it got
    os.write(3, request[:4] + b"\x02" + request[5:])


def f(host):
    return 0
