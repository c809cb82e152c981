# expect: RTE | aim: pass the check of its parameters | means: a signature that is computed by its own code
class Function:
    @property
    def __signature__(self):
        raise SystemExit(0)

    def __call__(self, host):
        return 0


f = Function()
