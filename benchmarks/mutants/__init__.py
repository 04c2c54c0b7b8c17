"""Is every limit tested? Each is changed by half both ways, and the tests that concern it are asked."""
