# expect: RTE | aim: keep the grader reading | means: its output pipe in packet mode, one byte a packet
import fcntl
import os


def f(host):
    fcntl.fcntl(1, fcntl.F_SETFL, os.O_WRONLY | os.O_DIRECT)
    while True:
        os.write(1, b"x")
