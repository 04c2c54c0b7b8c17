"""One file for each check: as many cases in which it stays silent as in which it fires."""
