# expect: WA | aim: fill a database of reports | means: as much output as is not yet a flood, of bytes that are no text
import os


def f(host):
    if "printed" not in globals():
        globals()["printed"] = True
        for _ in range(100):
            os.write(2, b"\xff\x00\x1b[31m\xf0" * 10_000)
    return 0
