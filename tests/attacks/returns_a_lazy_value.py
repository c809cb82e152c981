# expect: WA | aim: decide its answer after it has seen the expected one | means: generators, views and properties
class Lazy:
    def __getattribute__(self, name):
        return lambda *args: True


def f(host):
    kinds = [(i for i in [0]), range(3), {}.keys(), map(int, "1"), memoryview(b"a"), Lazy(), f]
    count = globals().setdefault("count", [0])
    count[0] += 1
    return kinds[count[0] % len(kinds)]
