Attribute VB_Name = "HRPython"
' Starts Python for one press of a button.
' No name of a file comes near a shell or a quotation mark: it goes by the environment, in hexadecimal. Python takes
' nothing from the folder Excel stands in, nor from PYTHONPATH: -E -P, which hold before its first import.
Option Explicit

#If Mac Then
Private Const SETTING As String = "INTERPRETER_MAC"
Private Const ENCODING As String = "mac_roman"
#Else
Private Const SETTING As String = "INTERPRETER_WIN"
Private Const ENCODING As String = "utf-16"
#End If
Private Const DOCTOR As String = " Run in a terminal: hrworkbook doctor"

' One press of a button on the workbook in front.
Public Sub RunClick(ByVal Verb As String)
    Dim Interpreter As String
    Interpreter = GetConfig(SETTING, "")
    If Not IsFullPath(Interpreter) Then
        MsgBox "The settings do not say which Python to start. Run in a terminal: hrworkbook install", vbExclamation, "HR Plan"
        Exit Sub
    End If
    #If Mac Then
        StartOnMac Interpreter, Verb
    #Else
        If Not FileExists(Interpreter) Then
            MsgBox Interpreter & " is not there any more. Run in a terminal: hrworkbook install", vbExclamation, "HR Plan"
        ElseIf LCase$(GetConfig("USE UDF SERVER", "False")) = "true" Then
            RunWarm Verb
        Else
            RunOnWindows Interpreter, Verb
        End If
    #End If
End Sub

' The Python that a press of the button runs, where it stays ready between presses.
Public Function CommandFor(ByVal Verb As String) As String
    CommandFor = "import hrworkbook.ribbon; hrworkbook.ribbon.click('" & Verb & "')"
End Function

' The same where it is started anew: what goes wrong, even with the import, is left in a file for us to show.
Public Function StartingCommandFor(ByVal Verb As String) As String
    StartingCommandFor = "import os, sys; sys.stderr = open(os.environ['HRWORKBOOK_ERRORS'], 'w', encoding='" & ENCODING & _
        "', errors='replace'); " & CommandFor(Verb)
End Function

' A text as UTF-16 in hexadecimal: letters and digits alone, whatever was in it.
Public Function InHex(ByVal Text As String) As String
    Dim i As Long
    For i = 1 To Len(Text)
        InHex = InHex & Right$("000" & Hex$(AscW(Mid$(Text, i, 1)) And 65535), 4)
    Next
End Function

Private Function IsFullPath(ByVal Path As String) As Boolean
    ' A bare "python" would be looked for where Excel stands.
    IsFullPath = Path Like "[A-Za-z]:\*" Or Left$(Path, 2) = "\\" Or Left$(Path, 1) = "/"
End Function

#If Mac Then
Private Sub StartOnMac(ByVal Interpreter As String, ByVal Verb As String)
    Dim ErrorFile As String, Request As String
    ' Excel may write there without asking; the macro CleanUp shows what is in it when Python has ended.
    ErrorFile = Environ("HOME") & "/xlwings.log"
    On Error Resume Next
    Kill ErrorFile
    On Error GoTo NoScript
    Application.StatusBar = "HR Plan: starting ..."
    Request = Interpreter & vbLf & StartingCommandFor(Verb) & vbLf & InHex(ActiveWorkbook.FullName) & vbLf & ErrorFile
    AppleScriptTask "hrworkbook.applescript", "StartPython", Request
    Exit Sub
NoScript:
    Application.StatusBar = False
    MsgBox "Python could not be started: " & Err.Description & "." & DOCTOR, vbCritical, "HR Plan"
End Sub
#Else
Private Sub RunOnWindows(ByVal Interpreter As String, ByVal Verb As String)
    Dim Shell As Object, ErrorFile As String, Before As String, ExitCode As Long, Text As String
    Set Shell = WScript()
    ErrorFile = Shell.ExpandEnvironmentStrings("%TEMP%") & "\hrworkbook-" & CreateGUID() & ".txt"
    HandOver Shell, ErrorFile
    Before = Shell.CurrentDirectory
    On Error GoTo NotStarted
    Shell.CurrentDirectory = ParentFolder(Interpreter)
    ' Without cmd.exe: there is no shell that could read anything into the words.
    ExitCode = Shell.Run(Chr$(34) & Interpreter & Chr$(34) & " -E -P -B -c " & Chr$(34) & StartingCommandFor(Verb) & Chr$(34), 0, True)
    Text = ErrorsIn(ErrorFile)
    If ExitCode <> 0 Then Show Shell, Text
Restore:
    On Error Resume Next
    Shell.CurrentDirectory = Before
    Exit Sub
NotStarted:
    Show Shell, "Python could not be started: " & Err.Description & DOCTOR
    Resume Restore
End Sub

Private Sub HandOver(ByVal Shell As Object, ByVal ErrorFile As String)
    Dim Around As Object
    Set Around = Shell.Environment("PROCESS")
    Around.Item("HRWORKBOOK_BOOK") = InHex(ActiveWorkbook.FullName)
    Around.Item("HRWORKBOOK_HWND") = CStr(Application.Hwnd)
    Around.Item("HRWORKBOOK_ERRORS") = ErrorFile
End Sub

Private Sub RunWarm(ByVal Verb As String)
    On Error GoTo Failed
    XLPy.SetAttr XLPy.Module("xlwings._xlwindows"), "BOOK_CALLER", ActiveWorkbook
    XLPy.Exec CommandFor(Verb)
    Exit Sub
Failed:
    Show WScript(), Err.Description
End Sub

Private Function ErrorsIn(ByVal Path As String) As String
    ' Written as UTF-16 and read as that: the letters of the system's own code page do not hold every name.
    Dim Files As Object
    On Error Resume Next
    Set Files = CreateObject("Scripting.FileSystemObject")
    ErrorsIn = Files.OpenTextFile(Path, 1, False, -1).ReadAll
    Files.DeleteFile Path
End Function

Private Sub Show(ByVal Shell As Object, ByVal Text As String)
    If Text = "" Then Text = "Python ended without a word." & DOCTOR
    Shell.Popup Text, 0, "HR Plan", 16
End Sub
#End If
