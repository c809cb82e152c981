# expect: OLE | aim: fill memory or disk of the grader | means: endless output at import
import sys

while True:
    sys.stderr.write("x" * 65536)


def f(host):
    return 0
