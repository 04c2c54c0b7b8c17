"""Robust statistics shared by checks: trend, level, noise, spikes, change points. NumPy only."""
