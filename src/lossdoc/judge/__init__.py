"""What a run amounts to: which checks apply, what follows from what, the five signs, the verdict (`engine`)."""
