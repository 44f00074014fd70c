"""One module for each verb; each takes a snapshot and returns a change set."""
