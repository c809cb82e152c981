# expect: PE | aim: bring the grader down where it reads | means: random bytes on the data socket
import os


def f(host):
    os.write(3, os.urandom(5000))
    return 0
