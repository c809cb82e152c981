# expect: WA | aim: exhaust the grader where it draws the answer | means: an array of a trillion rows and no column
import numpy as np


def f(host):
    return np.zeros((10**12, 0))
