"""The nouns and pure rules of grader: plain values, no files, clock, network or processes."""
