# expect: WA | aim: reach what its callers hold | means: globals of every frame, function and class above it
import sys


def f(host):
    frame, seen = sys._getframe(), []
    while frame:
        seen += [str(value) for value in frame.f_globals.values() if isinstance(value, (str, int))]
        frame = frame.f_back
    for kind in object.__subclasses__():
        seen += [str(v) for v in vars(kind).values() if isinstance(v, int)]
    mine = host["answer_modulo_million"]
    numbers = [int(text) for text in seen if text.isdigit() and len(text) > 15]
    return next((number for number in numbers if number % 1_000_000 == mine), 0)
