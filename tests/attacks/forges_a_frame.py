# expect: PE | aim: answer in the place of the worker | means: write a frame with a guessed id
import os
import struct


def f(host):
    payload = b"t\x02\x00\x00\x00t\x00\x00\x00\x00T"
    os.write(3, struct.pack("<4sB3xQQ", b"GrD1", 4, 1, len(payload)) + payload)
    return True
