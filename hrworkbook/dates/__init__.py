"""Dates as councils write them → days and months."""
