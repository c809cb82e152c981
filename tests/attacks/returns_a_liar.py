# expect: WA | aim: be equal to everything | means: an array subclass with its own comparison
import numpy as np


class Liar(np.ndarray):
    def __eq__(self, other):
        return True

    def __array_function__(self, function, types, args, kwargs):
        return True


def f(host):
    return np.zeros(1).view(Liar)
