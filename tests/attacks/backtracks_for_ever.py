# expect: TLE | aim: never end, where no Python line runs | means: a regular expression that backtracks
import re


def f(host):
    return bool(re.match("(a+)+$", "a" * 64 + "b"))
