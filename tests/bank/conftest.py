from __future__ import annotations

from pathlib import Path

import pytest
from bank_files import Files, make_course


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return make_course(tmp_path / "course")
