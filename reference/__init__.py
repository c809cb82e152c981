"""Right answers in NumPy: the functions that graded questions are compared with.

One module per subject; each public function states its shapes, dtypes, edge cases, errors and
source. NumPy is the only dependency, and nothing here knows about the program that grades, so
every module can be imported and read on its own: ``from reference.pooling import max_pool``.
"""
