# expect: RTE | aim: break the writing of the report | means: text that no encoding can hold, in message, name and source line
def f(host):
    raise type("\ud800\udfff", (Exception,), {})("\ud800\x00\udcff" * 1000)  # \ud800
