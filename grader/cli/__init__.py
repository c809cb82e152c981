"""The command line: argparse, and the place where the rooms are composed."""

from grader.cli.main import main

__all__ = ["main"]
