"""Office packages and their XML: parts, sheets and cells, changed in place and proved before they are saved."""
