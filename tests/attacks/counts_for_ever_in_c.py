# expect: TLE | aim: never end, where no Python line runs | means: the sum of an endless iterator
import itertools


def f(host):
    return sum(itertools.repeat(1))
