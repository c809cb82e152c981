# expect: TLE | aim: make the error path endless | means: a traceback whose next entry is itself
class Loop:
    tb_lineno = 1

    class tb_frame:
        class f_code:
            co_filename = "attack.py"

    @property
    def tb_next(self):
        return self


class Endless(Exception):
    __traceback__ = Loop()


def f(host):
    raise Endless
