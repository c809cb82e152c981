# expect: RTE | aim: call the reference solution | means: put its folder on sys.path and import it
import sys


def f(host):
    sys.path.insert(0, host["answer_folder"])
    import reference_answer

    return reference_answer.ANSWER
