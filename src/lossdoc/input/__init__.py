"""bytes -> clean lines: sources, decoding, cleaning, what loggers and launchers put before a line, numbers."""
