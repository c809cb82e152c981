# expect: MLE | aim: bring the host down | means: one array of a terabyte, lazily zeroed
import numpy as np


def f(host):
    return np.zeros(1 << 37)
