# expect: RTE | aim: bring the worker down without an answer | means: recursion in C, with the limit taken away
import sys


def f(host):
    sys.setrecursionlimit(2**31 - 1)
    nested = []
    for _ in range(1_000_000):
        nested = [nested]

    def deep():
        return deep()

    class Deep:
        def __getattr__(self, name):
            return getattr(self, name + "a")

    return hash(Deep().x), deep(), repr(nested)
