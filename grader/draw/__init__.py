"""Inputs to grade on: domains become a corpus, corpora are cached, failing inputs made small.

Names are imported when they are first used: grading on a cached corpus loads no strategy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.draw.answer import ExpectedAnswer, Judge
    from grader.draw.cache import cache_folder, load_or_build, read_cached, write_cached
    from grader.draw.corpus import build_corpus
    from grader.draw.deciding import tie_decides, tied_names
    from grader.draw.order import cells_of, size_of
    from grader.draw.shrink import Candidate, Shrinker, shrinker_of

_HOMES = {
    "Candidate": "shrink",
    "ExpectedAnswer": "answer",
    "Judge": "answer",
    "Shrinker": "shrink",
    "build_corpus": "corpus",
    "cache_folder": "cache",
    "cells_of": "order",
    "load_or_build": "cache",
    "read_cached": "cache",
    "shrinker_of": "shrink",
    "size_of": "order",
    "tie_decides": "deciding",
    "tied_names": "deciding",
    "write_cached": "cache",
}

__all__ = [
    "Candidate",
    "ExpectedAnswer",
    "Judge",
    "Shrinker",
    "build_corpus",
    "cache_folder",
    "cells_of",
    "load_or_build",
    "read_cached",
    "shrinker_of",
    "size_of",
    "tie_decides",
    "tied_names",
    "write_cached",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
