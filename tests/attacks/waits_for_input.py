# expect: RTE | aim: hold a place in the queue for ever | means: read what nobody will type
import sys


def f(host):
    sys.stdin.read()
    return input("answer? ")
