# expect: RTE | aim: break the error paths of the worker | means: replace every builtin by one that raises
import builtins


def refuse(*args, **kwargs):
    raise SystemExit(0)


def f(host):
    for name in ("str", "len", "print", "isinstance", "type", "open", "tuple", "repr", "getattr"):
        setattr(builtins, name, refuse)
    1 / 0
