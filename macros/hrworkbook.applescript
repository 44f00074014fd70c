-- What the HR Plan tab calls on a Mac to start Python. Excel hands over four lines: which Python, the words for it,
-- the workbook's full name in hexadecimal, and the file to leave errors in.
on StartPython(request)
	set {interpreter, pythonCode, workbookName, errorFile} to paragraphs of request
	set around to "HRWORKBOOK_BOOK=" & quoted form of workbookName & " HRWORKBOOK_ERRORS=" & quoted form of errorFile
	set python to quoted form of interpreter & " -E -P -B -W ignore -c " & quoted form of pythonCode
	-- In the background: Excel answers Python only when this has returned.
	do shell script "cd / && " & around & " " & python & " > /dev/null 2>&1 &"
	return "started"
end StartPython
