# expect: TLE | aim: hold a place in the queue for ever | means: sleep, and again when it is woken
import time


def f(host):
    while True:
        try:
            time.sleep(3600)
        except BaseException:
            pass
