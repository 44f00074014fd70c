"""What a click touches: files, a running spreadsheet."""
