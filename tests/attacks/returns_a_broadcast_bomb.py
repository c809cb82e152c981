# expect: WA | aim: exhaust the grader in the comparison (regression: broadcasting took 1.4 GB) | means: a column for a row
import numpy as np


def f(host):
    return np.zeros((1_000_000, 1))
