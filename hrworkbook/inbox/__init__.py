"""Folders, mails and zips → the files somebody sent."""
