"""Inputs to grade on: domains become a corpus, corpora are cached, failing inputs made small."""

from grader.draw.answer import ExpectedAnswer, Judge
from grader.draw.cache import cache_folder, load_or_build, read_cached, write_cached
from grader.draw.corpus import build_corpus
from grader.draw.order import size_of
from grader.draw.shrink import shrink, simpler_inputs

__all__ = [
    "ExpectedAnswer",
    "Judge",
    "build_corpus",
    "cache_folder",
    "load_or_build",
    "read_cached",
    "shrink",
    "simpler_inputs",
    "size_of",
    "write_cached",
]
