"""Auto-grading of numerical exercises: verdicts are computed where the student's code never was."""

__version__ = "0.1.0"
