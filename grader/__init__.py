"""Auto-grading of numerical programming exercises: the verdict is computed where the student's code never was."""

__version__ = "0.1.0"
