# expect: RTE | aim: break the error paths of the worker | means: delete every builtin
import builtins

KEEP = {"__build_class__", "__import__", "__name__", "__spec__", "__loader__"}


def f(host, delete=delattr):
    for name in list(vars(builtins)):
        if name not in KEEP:
            delete(builtins, name)
    return 0
