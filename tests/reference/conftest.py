"""Packages from elsewhere that confirm the reference, each optional and never missed silently.

There is no `__init__.py` in this folder: as a package it would be called like the one it tests.
"""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Iterator
from types import ModuleType

import pytest

from reference import blocks

#: the summary of the run recognises it, see tests/conftest.py
_NOT_COMPARED = " is not installed: the comparison with it did not run"


def import_oracle(module: str, requirement: str) -> ModuleType:
    """Import an optional package, or skip and say which; GRADER_REQUIRE_ORACLES makes it fail."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs, at import; ours stay errors
            return importlib.import_module(module)
    except ImportError:
        reason = f"{requirement}{_NOT_COMPARED}"
        if os.environ.get("GRADER_REQUIRE_ORACLES"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module", params=["table", pytest.param("blocks", marks=pytest.mark.slow)])
def form(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both forms of the pooling functions: by a table of all windows, and block by block.

    A module that uses it runs twice, by blocks with the slow tests. Blocks are so small that a plane of these tests takes several,
    or that several of the smallest planes share one.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "blocks":
            patch.setattr(blocks, "SMALL", range(0))
            patch.setattr(blocks, "BLOCK_BYTES", 200)
        yield


@pytest.fixture(scope="session")
def torch() -> Iterator[ModuleType]:
    """PyTorch on one thread."""
    package = import_oracle("torch", "torch==2.13.0")
    threads = package.get_num_threads()
    package.set_num_threads(1)
    yield package
    package.set_num_threads(threads)


@pytest.fixture(scope="session")
def scipy_optimize() -> ModuleType:
    """The linear program solver HiGHS, as SciPy has it."""
    return import_oracle("scipy.optimize", "scipy")


@pytest.fixture(scope="session")
def onnx_node_cases() -> ModuleType:
    """The cases the ONNX standard publishes for its operators."""
    return import_oracle("onnx.backend.test.case.node", "onnx")
