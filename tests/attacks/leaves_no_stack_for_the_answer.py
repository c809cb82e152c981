# expect: RTE | aim: break the worker after its call | means: a limit of recursion just above where it stands
import sys


def f(host):
    depth, frame = 0, sys._getframe()
    while frame:
        depth, frame = depth + 1, frame.f_back
    for limit in range(1, depth + 50):
        try:
            sys.setrecursionlimit(limit)
            break
        except RecursionError:
            pass
    return [[[[[[[[[[0]]]]]]]]]]
