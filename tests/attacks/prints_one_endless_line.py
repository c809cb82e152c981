# expect: OLE | aim: fill memory or disk of the grader | means: one line without an end
import sys


def f(host):
    while True:
        sys.stdout.write("x" * 100_000)
