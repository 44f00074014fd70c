"""Where a master lives: a file, Excel, LibreOffice Calc."""
