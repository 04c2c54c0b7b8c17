"""Documents and lines of JSON. What begins like one is asked of these readers first, and mostly of no other."""
