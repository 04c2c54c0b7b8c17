"""Scenarios, found by walking: every decorated function of every module here."""
