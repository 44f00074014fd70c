"""Adopting: a council's own workbook, without a schema given: where its tables stand, and what each column means."""
