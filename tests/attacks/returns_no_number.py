# expect: WA | aim: be neither smaller nor larger than the right answer | means: NaN, infinities, signed zeros, other bools
import numpy as np


def f(host):
    kinds = [float("nan"), float("inf"), -0.0, True, None, complex("nan"), np.float64("nan"), ""]
    count = globals().setdefault("count", [0])
    count[0] += 1
    return kinds[count[0] % len(kinds)]
