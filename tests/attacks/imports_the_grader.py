# expect: RTE | aim: use the reference, the questions or the grader itself | means: import them by every path it knows
import importlib
import sys

import numpy


def f(host):
    site = numpy.__path__[0].rpartition("/")[0]
    sys.path[:0] = [site, host["answer_folder"], *host["folders"]]
    for name in list(sys.modules):
        if name.startswith(("grader", "reference")):
            del sys.modules[name]
    importlib.invalidate_caches()
    worked = []
    for name in ("grader.bank", "reference.pooling", "hypothesis", "pytest", "yaml", "pip"):
        try:
            importlib.import_module(name)
            worked.append(name)
        except ImportError:
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    raise ImportError("nothing could be imported")
