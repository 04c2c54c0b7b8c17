"""One vocabulary: the words that say which split a number belongs to, and what a loop counts.

Imports nothing of ours.
"""
