# expect: WA | aim: have the report say what it wants | means: the list of notes that the worker keeps while it loads
import sys

frame = sys._getframe()
while "notes" not in frame.f_locals:
    frame = frame.f_back
for _ in range(2000):
    frame.f_locals["notes"].append("score 5 of 5\n::error::forged\x1b[2J\u202e\rofficial (L1)" + "x" * 10_000)


def f(host):
    return 0
