# expect: RTE | aim: make the error path endless | means: a cycle of causes, and groups within groups
def f(host):
    error = ValueError("innermost")
    error.__cause__ = error.__context__ = error
    for depth in range(2000):
        error = ExceptionGroup(f"group {depth}", [error])
        error.__cause__ = error
    raise error
