# expect: TLE | aim: make the error path endless | means: an exception whose text never comes
class Endless(Exception):
    def __str__(self):
        while True:
            pass


def f(host):
    raise Endless
