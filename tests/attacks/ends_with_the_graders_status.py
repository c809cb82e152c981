# expect: MLE | aim: look like a fault of the grader | means: the exit status that workers use themselves
import os


def f(host):
    os._exit(71)
