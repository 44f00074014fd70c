"""The appendix: figures, pages, workbook, Word document, and its proof."""
