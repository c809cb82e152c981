# expect: WA | aim: learn what lies beside numpy | means: importer caches, distributions, listings
import importlib.metadata
import os
import pkgutil
import sys

import numpy


def f(host):
    site, seen = numpy.__path__[0].rpartition("/")[0], []
    for finder in sys.path_importer_cache.values():
        seen += [name for name in getattr(finder, "_path_cache", ()) if "hypothesis" in name]
    for place in (site, os.path.dirname(os.__file__)):
        try:
            seen += os.listdir(place)
        except OSError:
            pass
    seen += [d.name for d in importlib.metadata.distributions(path=[site])]
    seen += [m.name for m in pkgutil.iter_modules([site])]
    if seen:
        raise SystemError(f"seen: {seen[:5]}")
    return 0
