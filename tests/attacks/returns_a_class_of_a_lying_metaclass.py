# expect: RTE | aim: act where the worker describes what it cannot send | means: a metaclass with names, fields and checks of its own
class Meta(type):
    @property
    def __module__(cls):
        raise SystemExit(0)

    def __getattr__(cls, name):
        raise KeyboardInterrupt

    def __hash__(cls):
        raise SystemExit(0)

    def __eq__(cls, other):
        return True


def f(host):
    return Meta("Liar", (tuple,), {})()
