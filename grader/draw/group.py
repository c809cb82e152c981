"""The inputs of one group: tiny ones enumerated, the rest drawn, until there are enough."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from grader.core.codec import encode
from grader.core.domain import ArrayDraw, Domain
from grader.core.errors import QuestionError
from grader.core.question import Group
from grader.draw.answer import Judge
from grader.draw.deciding import tie_decides, tied_names
from grader.draw.elements import bounds_of
from grader.draw.fillings import fillings
from grader.draw.frames import Frame, enumerate_frames, smallest_of_each, spread
from grader.draw.frozen import frozen

Values = dict[str, object]
_TINY = 60  # enumerated inputs of a group
_TINY_CELLS = 12
_ROUNDS = 6
_DECIDING = 7  # of eight inputs of a group about ties, in seven the tie must decide


def group_inputs(group: Group, answer: Judge, *, seed: int, count: int) -> list[Values]:
    """Give about count different inputs of a group, or all there are.

    QuestionError when there is none, with the commonest reason.
    """
    frames = enumerate_frames(group.domain, group.where, seed=seed)
    if not frames.valid:
        raise QuestionError(
            where="",
            what=f"group {group.id!r}: nothing can be drawn: {frames.why_empty()}",
            hint="mend its 'draw' or its 'where'",
        )
    pool = _Pool(names=tied_names(group.domain), answer=answer)
    for inputs in tiny_inputs(group.domain, frames.valid):
        pool.add(inputs, None)
    for turn in range(_ROUNDS):
        missing = count - pool.enough
        if missing <= 0 and (turn or not pool.names):
            break
        number = _number(seed, group.id, turn)
        useful = frames.valid if not turn else pool.useful(frames.valid)
        before = len(pool.found)
        wanted = max(missing, min(len(useful), count * 9 // 10) if not turn else 0)
        plan = spread(useful, wanted, random.Random(number))
        _draw_into(pool, group.domain, plan, number)
        if len(pool.found) == before:
            break  # a finite domain, all of which has been drawn
    return pool.chosen(count)


def _draw_into(pool: _Pool, domain: Domain, plan: list[Frame], number: int) -> None:
    if not domain_has_arrays(domain):
        for frame in plan:
            pool.add({name: frame.scalars[name] for name in domain.names}, frame)
        return
    from grader.draw.strategies import draw_each  # costs 80 ms to import, so only when needed

    for frame, inputs in zip(plan, draw_each(domain, plan, number), strict=True):
        pool.add(inputs, frame)


def domain_has_arrays(domain: Domain) -> bool:
    """Tell whether anything but scalars is drawn."""
    return any(isinstance(declaration.draw, ArrayDraw) for declaration in domain)


def _number(seed: int, group: str, turn: int) -> int:
    """Give a seed of its own to every round of every group."""
    text = f"{seed}/{group}/{turn}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


def tiny_inputs(domain: Domain, frames: list[Frame]) -> Iterator[Values]:
    """Give readable inputs of small, different frames in turn, most for planes of four cells."""
    small = [frame for frame in smallest_of_each(frames) if frame.cells <= _TINY_CELLS]
    sources = [(readable_inputs(domain, frame), _share(frame)) for frame in small]
    left = _TINY
    while sources and left > 0:
        for source, share in sources[:]:
            made = list(islice(source, share))
            if not made:
                sources.remove((source, share))
            yield from made[:left]
            left -= len(made)


def _share(frame: Frame) -> int:
    largest = max((math.prod(shape) for shape in frame.shapes.values()), default=0)
    return 3 if largest == 4 else 1


def readable_inputs(domain: Domain, frame: Frame) -> Iterator[Values]:
    """Give the inputs of one frame whose arrays are readable fillings, each filling met early."""
    pools = {
        declaration.name: fillings(
            declaration.draw,
            frame.shapes[declaration.name],
            bounds_of(declaration.draw, frame.scalars),
        )
        for declaration in domain
        if isinstance(declaration.draw, ArrayDraw)
    }
    if not all(pools.values()):
        return
    for turn in range(max(map(len, pools.values()), default=1)):
        shift = 0
        inputs: Values = {}
        for name in domain.names:
            if name in pools:
                inputs[name] = pools[name][(turn + shift) % len(pools[name])]
                shift = turn // 2  # the arrays must not march in step
            else:
                inputs[name] = frame.scalars[name]
        yield inputs


@dataclass(slots=True, kw_only=True)
class _Pool:
    """Different inputs so far, and, for a group about ties, whether their ties decide."""

    names: tuple[str, ...]
    answer: Judge
    found: dict[bytes, tuple[Values, bool]] = field(default_factory=dict)
    fruitless: set[int] = field(default_factory=set)  # frames in which no tie decided
    fruitful: set[int] = field(default_factory=set)

    def add(self, inputs: Values, frame: Frame | None) -> None:
        key = encode(inputs)
        if key in self.found:
            return
        inputs = {name: frozen(value) for name, value in inputs.items()}
        decides = not self.names or tie_decides(self.names, inputs, self.answer)
        self.found[key] = (inputs, decides)
        if frame is not None:
            (self.fruitful if decides else self.fruitless).add(id(frame))

    @property
    def enough(self) -> int:
        """Give how many inputs count towards the aim."""
        deciding = sum(decides for _, decides in self.found.values())
        if not deciding:  # ties never decide here, so all inputs are alike
            return len(self.found)
        return deciding + min(len(self.found) - deciding, deciding // _DECIDING)

    def useful(self, frames: list[Frame]) -> list[Frame]:
        """Give the frames worth drawing again: where a tie decided, or untried ones."""
        worth = [f for f in frames if id(f) in self.fruitful or id(f) not in self.fruitless]
        return worth or frames

    def chosen(self, count: int) -> list[Values]:
        """Give every deciding input and a few others; the others fill up when too few decide."""
        deciding = [inputs for inputs, decides in self.found.values() if decides]
        others = [inputs for inputs, decides in self.found.values() if not decides]
        room = max(len(deciding) // _DECIDING, count - len(deciding))
        every = max(1, len(others) // room) if room else 1
        return deciding + others[::every][:room]
