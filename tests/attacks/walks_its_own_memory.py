# expect: WA | aim: find the expected answer in its own process | means: frames and every object
import gc
import sys


def f(host):
    frame, found = sys._getframe(), []
    while frame:
        found += [v for v in frame.f_locals.values() if isinstance(v, int)]
        frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, dict):
            found += [v for v in list(thing.values()) if type(v) is int and v > 2**40]
    mine = host["answer_modulo_million"]
    return next((value for value in found if value % 1_000_000 == mine), 0)
