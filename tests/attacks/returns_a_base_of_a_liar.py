# expect: WA | aim: be a plain array outside and something else inside | means: a base array over a subclass that answers for it
import numpy as np


class Liar(np.ndarray):
    def __array_finalize__(self, other):
        self.__dict__["seen"] = True

    def __buffer__(self, flags):
        raise SystemExit(0)

    def tobytes(self, *args):
        raise SystemExit(0)

    def __len__(self):
        raise SystemExit(0)


def f(host):
    return np.asarray(np.zeros((3, 3)).view(Liar)).T[::2]
