# expect: MLE | aim: choose its own verdict | means: an exception whose class, traceback and text are properties
class Liar(Exception):
    __class__ = MemoryError

    def __str__(self):
        return type("Text", (str,), {"__len__": lambda self: 0, "__format__": lambda s, f: "AC"})("ok")

    @property
    def __traceback__(self):
        raise SystemExit(0)

    @__traceback__.setter
    def __traceback__(self, value):
        raise SystemExit(0)


class Loud(MemoryError):
    def __str__(self):
        raise KeyboardInterrupt


def f(host):
    try:
        raise Liar
    except BaseException:
        pass
    raise Loud
