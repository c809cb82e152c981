# expect: MLE | aim: bring the host down | means: one text that doubles
def f(host):
    text = "x"
    while True:
        text += text
