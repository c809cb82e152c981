# expect: WA | aim: be asked when the worker encodes, imports or formats | means: codecs, meta path, hooks of the interpreter
import codecs
import sys
import warnings


def hook(*args, **kwargs):
    raise SystemExit(0)


def f(host):
    codecs.register(hook)
    codecs.register_error("backslashreplace", hook)
    codecs.register_error("strict", hook)
    sys.meta_path.insert(0, hook)
    sys.path_hooks.insert(0, hook)
    sys.excepthook = sys.unraisablehook = sys.displayhook = sys.breakpointhook = hook
    warnings.showwarning = hook
    sys.addaudithook(lambda event, args: None)
    return 0
