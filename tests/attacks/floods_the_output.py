# expect: OLE | aim: fill memory or disk of the grader | means: endless output on 1 and 2
import os


def f(host):
    while True:
        os.write(1, b"x" * 65536)
        os.write(2, b"x" * 65536)
