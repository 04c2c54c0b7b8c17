"""The values that pass between rooms: records as read, runs as assembled, findings as judged. No logic."""
