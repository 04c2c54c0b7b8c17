"""Mutated logs through reading, judging and all writers: python -m benchmarks.fuzz [--inputs N] [--seed N] [--save DIR].

Seeds are the samples of all readers, the examples, and small stores made here; one input is one to four mutations of
one or two seeds. The number of an input and the seed name it for ever: `--only N` makes that one again. Prints inputs
tried, crashes, inputs over 3 seconds, broken checks, warnings, invalid outputs; exits with 1 where there
is any but the slow ones.
"""
