"""The formula room: LaTeX text → tree of spelling → tree of meaning → values on small instances.

No files, clock, network or processes: it can run beside a learner's text as well as in verify.
"""

from grader.formula.check import Difference, evaluate, first_difference
from grader.formula.evaluate import MOST_VISITS
from grader.formula.failure import Kind, Unreadable
from grader.formula.meaning import Symbol
from grader.formula.mutants import FormulaMutant, mutants_of
from grader.formula.reading import Formula, read, resolve
from grader.formula.statements import Spelling, is_about, spell_out
from grader.formula.symbols import Declaration, Declared, declare
from grader.formula.values import Grid, Held, Index, Instance, SetTable, grid_of

__all__ = [
    "MOST_VISITS",
    "Declaration",
    "Declared",
    "Difference",
    "Formula",
    "FormulaMutant",
    "Grid",
    "Held",
    "Index",
    "Instance",
    "Kind",
    "SetTable",
    "Spelling",
    "Symbol",
    "Unreadable",
    "declare",
    "evaluate",
    "first_difference",
    "grid_of",
    "is_about",
    "mutants_of",
    "read",
    "resolve",
    "spell_out",
]
