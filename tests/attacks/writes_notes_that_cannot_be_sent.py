# expect: RTE | aim: break the answer to its loading | means: notes that are no text
import sys

frame = sys._getframe()
while "notes" not in frame.f_locals:
    frame = frame.f_back
frame.f_locals["notes"] += ["\ud800", object()]


def f(host):
    return 0
