# expect: TLE | aim: hang the worker | means: a lock that is taken twice
import _thread


def f(host):
    lock = _thread.allocate_lock()
    lock.acquire()
    lock.acquire()
