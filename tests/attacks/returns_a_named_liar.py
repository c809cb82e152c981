# expect: WA | aim: be another tuple to the worker than to the grader | means: a named tuple with methods of its own
class Liar(tuple):
    _fields = ()

    def __iter__(self):
        while True:
            yield self

    def __len__(self):
        return 1

    def __eq__(self, other):
        return True

    __hash__ = None


def f(host):
    return Liar((0, Liar((1,))))
