"""Reference implementations of the loss functions that `metrics/losses/` explains. NumPy only, nothing is trained.

One module per family. Batches come as arrays, results are the mean over what counts (a Python float) unless a docstring
says otherwise; log-probabilities and losses are in nats. The functions state a formula and are tested against the
libraries that own it; they are not meant to be fast.
"""
