# expect: RTE | aim: bring the worker down without an answer | means: a function that calls itself in its handlers
def f(host):
    try:
        return f(host)
    except RecursionError:
        raise RuntimeError("down") from None
