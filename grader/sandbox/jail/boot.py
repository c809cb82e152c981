"""Entry of the zygote (or of the cold worker of a self-check): run by path, outside a package.

Theory of operation. The interpreter starts with an explicit module path and no site. The grader's
package must not be importable here, so its names are set up as empty shells that hold this
directory and the wire codec, loaded by path; then the real work begins in zygote.py. argv carries
configuration only, never anything of a question or a submission.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import types
from typing import Any


def _shell(name: str, directories: list[str]) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = directories
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, module)
    return module


def _prepare(settings: dict[str, Any]) -> None:
    sys.path[:] = settings["path"]
    _shell("grader", [])
    core = _shell("grader.core", [])
    _shell("grader.sandbox", [])
    _shell("grader.sandbox.jail", [os.path.dirname(os.path.abspath(__file__))])
    spec = importlib.util.spec_from_file_location("grader.core.codec", settings["codec"])
    assert spec is not None
    assert spec.loader is not None
    codec = importlib.util.module_from_spec(spec)
    sys.modules["grader.core.codec"] = codec
    core.codec = codec  # type: ignore[attr-defined]  # a shell has no declared members
    spec.loader.exec_module(codec)


if __name__ == "__main__":
    _settings = json.loads(sys.argv[1])
    _prepare(_settings)
    from grader.sandbox.jail import zygote

    zygote.main(_settings)
