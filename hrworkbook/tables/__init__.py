"""A table on a messy sheet: its headings, and its rows with the address of every cell."""
