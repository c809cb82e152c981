# expect: RTE | aim: have its output read as answers, and answers as output | means: the pipe in the place of the socket
import os


def f(host):
    os.dup2(3, 20)
    os.dup2(1, 3)
    os.close(20)
    return 0
