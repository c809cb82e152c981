# expect: TLE | aim: hold a place in the queue for ever | means: an import that never ends
import select

while True:
    select.select([], [], [], 3600)


def f(host):
    return 0
