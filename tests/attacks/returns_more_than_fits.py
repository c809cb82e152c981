# expect: WA | aim: exhaust the grader where it reads the answer | means: sizes just beyond each limit
import numpy as np


def f(host):
    kinds = [np.zeros(9 << 20), [0] * 200_000, "x" * (2 << 20), 1 << 5000, {"a": b"x" * (65 << 20)}]
    count = globals().setdefault("count", [0])
    count[0] += 1
    return kinds[count[0] % len(kinds)]
