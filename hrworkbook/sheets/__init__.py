"""Formatted workbooks other than the appendix: the master and the return."""
