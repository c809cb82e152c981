# expect: WA | aim: make the expected answer equal to its own | means: overwrite every input in place
def f(host):
    for name in list(host):
        host[name] = 0
    host.clear()
    host[0] = host
    return 0
