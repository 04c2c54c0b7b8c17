"""What people and machines are shown: reports, comparisons, pages, tables."""
