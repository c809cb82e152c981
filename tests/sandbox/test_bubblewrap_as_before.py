"""What holds at L1 holds inside the walls of L3: the same tests, with every sandbox at L3."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.core.call import Isolation
from grader.sandbox import Sandbox

# ruff: noqa: F401 -- what is imported here is collected here once more
from .test_calls import (
    test_array_comes_back_as_a_writable_base_array,
    test_exception_is_told_and_the_worker_lives,
    test_honest_numpy_program_meets_no_refusal,
    test_large_arrays_go_both_ways,
    test_output_is_kept_per_call_and_cut,
    test_prints_survive_the_kill,
    test_random_numbers_are_the_same_in_every_worker,
    test_worker_that_ends_is_told_by_the_grader,
    test_worker_whose_memory_is_full_between_calls_is_told_so,
)
from .test_isolation import (
    test_dead_zygote_is_replaced,
    test_many_submissions_leave_no_descriptor_and_no_process,
    test_worker_that_reads_a_file_of_the_grader_stops_everything,
    test_zygote_and_worker_hold_no_secret_of_the_grader,
    test_zygote_that_dies_during_a_call_is_our_fault,
)


@pytest.fixture(scope="module", autouse=True)
def sandbox(walls: None) -> Iterator[Sandbox]:
    with Sandbox.start() as started:
        assert started.isolation is Isolation.L3
        yield started
