# expect: RTE | aim: read the expected answer | means: open the world-readable file it lies in
def f(host):
    with open(host["answer_file"]) as file:
        return int(file.read())
