# expect: WA | aim: exhaust the grader by depth | means: an answer that holds itself
def f(host):
    answer = []
    answer.append(answer)
    return answer
