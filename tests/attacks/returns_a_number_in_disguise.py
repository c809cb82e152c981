# expect: WA | aim: be equal to every number | means: subclasses of the number types with their own comparison
import enum

import numpy as np


class Any(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = __mul__ = lambda self, *other: self
    __hash__ = float.__hash__


class One(enum.IntEnum):
    ONE = 1


class Number(np.float64):
    __eq__ = lambda self, other: True
    __hash__ = np.float64.__hash__


def f(host):
    kinds = [Any(0), One.ONE, Number(0), type("I", (int,), {"__eq__": lambda s, o: True})(0)]
    count = globals().setdefault("count", [0])
    count[0] += 1
    return kinds[count[0] % len(kinds)]
