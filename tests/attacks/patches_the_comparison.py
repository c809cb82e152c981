# expect: WA | aim: make every comparison true | means: patch numpy and builtins
import builtins

import numpy as np


def f(host):
    for name in ("allclose", "array_equal", "isclose", "equal"):
        setattr(np, name, lambda *args, **kwargs: True)
    np.testing.assert_allclose = np.testing.assert_array_equal = lambda *args, **kwargs: None
    builtins.all = builtins.any = builtins.isinstance = lambda *args: True
    return 0
