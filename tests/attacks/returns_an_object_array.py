# expect: WA | aim: run code in the grader | means: arrays of objects, of records, of texts and with metadata
import numpy as np


class Evil:
    def __reduce__(self):
        raise SystemExit(0)

    def __eq__(self, other):
        return True


def f(host):
    kinds = [
        np.array([Evil()]),
        np.zeros(1, dtype=[("a", object)]),
        np.zeros(1, dtype=np.dtype("f8", metadata={"a": Evil()})),
        np.array(["x" * 1000]),
        np.ma.masked_all(3),
        np.zeros(1, dtype="V8"),
    ]
    count = globals().setdefault("count", [0])
    count[0] += 1
    return kinds[count[0] % len(kinds)]
