"""Mails, zips and folders; what a file is; the capped child process that reads it."""
