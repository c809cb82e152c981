"""The server's use cases: who may do what, submissions that are never lost, grading in order."""
