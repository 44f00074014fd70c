"""Measures: figures with a target, what they come to against it, and how they moved. Pure, and without a plan's sheets."""
