# expect: RTE | aim: break the error paths of the worker | means: remove every module and importer, then raise
import sys


def f(host):
    sys.modules.clear()
    sys.meta_path.clear()
    sys.path_hooks.clear()
    sys.path.clear()
    raise ValueError("no module is left")
