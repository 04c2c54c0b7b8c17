"""The grammar of composed lines: marks of place and split in any order and any bracket, pairs in any style, a tail.

A package of parts, no reader: `key_value` asks it about each line.
"""
