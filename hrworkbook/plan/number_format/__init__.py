"""Numbers as a spreadsheet shows them: a format code and a value give the text."""
