# expect: WA | aim: be read by code that nobody has tried | means: every kind of array that has no wire form
import numpy as np


def f(host):
    kinds = [
        np.array(["NaT"], "M8[ns]"),
        np.array([1], "m8[s]"),
        np.zeros(2, np.longdouble),
        np.zeros(2, np.clongdouble),
        np.zeros(2, [("a", "f8"), ("b", "O")]),
        np.zeros(2, {"names": ["a"], "formats": ["f8"], "offsets": [5], "itemsize": 99}),
        np.zeros(2, np.dtypes.StringDType()) if hasattr(np.dtypes, "StringDType") else None,
        np.rec.array([(1, 2.0)]),
    ]
    count = globals().setdefault("count", [0])
    count[0] += 1
    return kinds[count[0] % len(kinds)]
