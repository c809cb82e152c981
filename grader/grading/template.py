"""What `grader new` and `grader new-course` write: a small question that already verifies."""

from __future__ import annotations

_QUESTION = """---
id: {id}
course: {course}
tags: []
difficulty: 2
type: implementation
status: to_learn
title: {title}
reference: {module}
parts:
  - id: code
    points: 3
    answer: code
    entry: {function}(x)
    draw:
      rows: int 1..4
      columns: int 1..4
      x: floats[rows, columns]
    groups:
      - {{id: square, points: 1, where: rows == columns, shown: true, hint: 'a mean for each row'}}
      - {{id: rectangular, points: 2, where: rows != columns, hint: 'a row has columns entries'}}
    properties: [same_as_reference, shape_and_dtype, inputs_unchanged, deterministic]
---

# Question
(3p) Write `{function}(x)`. `x` is an array of shape $(m, n)$; return the mean of each row, an
array of shape $(m,)$.

# Solution
The mean of row $i$ is $\\frac{{1}}{{n}} \\sum_j x_{{ij}}$: a sum over the second axis.

# Checks

## Case: two rows
```yaml
x: [[1, 3], [2, 6]]
expect: [2, 4]
```

## Case: one wide row
```yaml
x: [[1, 2, 6]]
expect: [3]
```

## Wrong: means of the columns
fails: square, rectangular
hint: axis=0 runs down the columns; the mean of a row is taken along axis=1
```python
import numpy as np


def {function}(x):
    return np.mean(x, axis=0)
```

## Wrong: divides by the number of rows
fails: rectangular
hint: a row has as many entries as there are columns
```python
def {function}(x):
    return x.sum(axis=1) / x.shape[0]
```

## Right: a loop
```python
import numpy as np


def {function}(x):
    return np.array([sum(row) / len(row) for row in x])
```
"""

_REFERENCE = '''"""The right answer to the question {id}."""

import numpy as np


def {function}(x):
    """Mean of each row. x: (m, n) float, n >= 1. Returns (m,) float."""
    return np.mean(x, axis=1)
'''

_COURSE_README = """# {name}

Questions live in `questions/`, right answers in `reference/`.

    grader list                  the questions
    grader verify                are they right themselves?
    grader new my_question       start another one
    grader grade row_means SUBMISSION...
"""


def question_files(name: str, *, title: str, course: str) -> dict[str, str]:
    """Give the question file and its reference: path relative to the course -> text.

    name is the id: letters, digits and underscores, starting with a letter.
    """
    filled = {
        "id": name,
        "function": name,
        "module": name,
        "title": _quoted(title),
        "course": _quoted(course),
    }
    return {
        f"questions/{name}.md": _QUESTION.format(**filled),
        f"reference/{name}.py": _REFERENCE.format(**filled),
    }


def _quoted(text: str) -> str:
    """Give a YAML single-quoted scalar on one line."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def course_files(name: str) -> dict[str, str]:
    """Give a course folder with one question: relative path -> text."""
    return {
        **question_files("row_means", title="Mean of each row", course=name),
        "reference/__init__.py": '"""Right answers, by topic."""\n',
        "README.md": _COURSE_README.format(name=name),
    }
