"""The appendix: measured, paged, written."""
