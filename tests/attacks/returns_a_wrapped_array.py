# expect: WA | aim: be an array to the grader and something else to the comparison | means: the array interfaces
import numpy as np


class Duck:
    __array_interface__ = {"shape": (1,), "typestr": "<f8", "data": (8, False), "version": 3}
    __array_priority__ = 1e9
    dtype, shape, ndim, size = np.dtype(float), (1,), 1, 1

    def __array__(self, *args, **kwargs):
        raise SystemExit(0)

    def __array_ufunc__(self, *args, **kwargs):
        return True


def f(host):
    return Duck()
