"""Running untrusted submissions: bytes in, values or verdicts out, and nothing else gets out."""

from grader.sandbox.features import Feature, available_level, probe
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.worker import Worker

__all__ = ["Feature", "Sandbox", "Worker", "available_level", "probe"]
