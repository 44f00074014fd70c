"""Workbooks and documents that people open: the master, a return, the appendix."""
