# expect: TLE | aim: never end, where no Python line runs | means: 9 ** 9 ** 9, in one C call
def f(host):
    nine = host["grader"] * 0 + 9
    return (nine**nine**nine) % 7
