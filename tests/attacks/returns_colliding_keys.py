# expect: WA | aim: exhaust the grader where it reads a dict | means: integers that all have one hash
def f(host):
    return {number * (2**61 - 1): None for number in range(1500)}
