"""Runs that are not over: `tail.py` keeps all that a growing file ever held, `watcher.py` judges it again and again.

Nothing here prints, sleeps or reads the clock unless it is handed one.
"""

# What is only known when a run is over: one that trains has not reached its end.
OF_THE_END = ("truncated-log",)
