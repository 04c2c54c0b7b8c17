"""Readers of files that are no text: event files, databases, block logs. Only these are asked about such a source."""
