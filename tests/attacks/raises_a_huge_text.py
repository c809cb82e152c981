# expect: RTE | aim: exhaust the grader by messages | means: an exception of 50 MB, with notes, in its own name
def f(host):
    error = type("E" * 1_000_000, (Exception,), {})("x" * 50_000_000, ["y"] * 100_000)
    error.add_note("z" * 10_000_000)
    raise error
