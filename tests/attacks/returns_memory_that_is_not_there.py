# expect: RTE | aim: make the encoder read what it may not | means: an array over an address of its choice
import ctypes

import numpy as np


def f(host):
    return np.ctypeslib.as_array((ctypes.c_double * 1024).from_address(8))
