"""Dates as councils write them, read as days and months."""
