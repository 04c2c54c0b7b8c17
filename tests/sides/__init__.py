"""Hand-made runs on both sides of the limits of a room, for what no search of `benchmarks.mutants.find` reaches."""
