Attribute VB_Name = "HRRibbon"
' What Excel calls when a button of the HR Plan tab is drawn or pressed.
' The words come from HRButtons, which is made from ribbon.toml; the work is done by Python.
Option Explicit

Private Ribbon As IRibbonUI
Private Watcher As HRWatcher

Public Sub OnLoad(ui As IRibbonUI)
    Set Ribbon = ui
    Set Watcher = New HRWatcher
    Watcher.Watch Application
End Sub

Public Sub OnAction(control As IRibbonControl)
    Press control.ID
End Sub

Public Sub GetEnabled(control As IRibbonControl, ByRef returnedVal)
    returnedVal = (WhyNot(control.ID) = "")
End Sub

Public Sub GetSupertip(control As IRibbonControl, ByRef returnedVal)
    Dim Reason As String
    Reason = WhyNot(control.ID)
    If Reason <> "" Then Reason = "Not now: " & Reason & vbCrLf & vbCrLf
    returnedVal = Reason & HRButtons.TextOf(control.ID)
End Sub

Public Sub GetVisible(control As IRibbonControl, ByRef returnedVal)
    ' A plan that carries the macros itself hides its tab where the add-in shows one already.
    returnedVal = IsAddin(ThisWorkbook) Or Not AddinIsOpen()
End Sub

' Draws the tab again: another workbook may be in front, and it may be no plan.
Public Sub Refresh()
    If Not Ribbon Is Nothing Then Ribbon.Invalidate
End Sub

' One press: refuse with a reason, ask where the table says so, then start Python.
Public Sub Press(ByVal Verb As String)
    Dim Reason As String
    Reason = WhyNot(Verb)
    If Reason <> "" Then
        MsgBox Reason, vbInformation, "HR Plan"
    ElseIf Agreed(Verb) Then
        HRPython.RunClick Verb
    End If
End Sub

' Why the button cannot be pressed now, with what to do; empty where it can.
Public Function WhyNot(ByVal Verb As String) As String
    Dim Needs As String
    Needs = HRButtons.NeedsOf(Verb)
    If ActiveWorkbook Is Nothing Then
        WhyNot = "No workbook is open. Open your plan; if it says Protected View, choose Enable Editing."
    ElseIf Needs = "nothing" Then
        WhyNot = ""
    ElseIf Needs = "file" Then
        If IsPlan(ActiveWorkbook) Then
            WhyNot = "This workbook is a plan already. Work in it as it is."
        ElseIf ActiveWorkbook.Path = "" Then
            WhyNot = "This workbook has not been saved. Save it first: the plan is made beside it."
        End If
    ElseIf Not IsPlan(ActiveWorkbook) Then
        WhyNot = "This workbook is not a plan. Go to the window of your plan, or open it."
    ElseIf ActiveWorkbook.Path = "" Then
        WhyNot = "This plan has not been saved. Save it first: its folder is where returns go."
    ElseIf Needs = "writing" And OnlyForReading(ActiveWorkbook) Then
        WhyNot = "This plan is open for reading only. Close it, see who has it open, and open it again."
    Else
        WhyNot = ""
    End If
End Function

Private Function IsPlan(wb As Object) As Boolean
    ' A workbook that was a council's own may have had a sheet of that name before: then ours is called Start (HR).
    IsPlan = HasOurs(wb, "Start") And HasOurs(wb, "Issued")
End Function

Private Function HasOurs(wb As Object, ByVal SheetName As String) As Boolean
    HasOurs = HasSheet(wb, SheetName) Or HasSheet(wb, SheetName & " (HR)")
End Function

Private Function HasSheet(wb As Object, ByVal SheetName As String) As Boolean
    Dim sheet As Object
    For Each sheet In wb.Sheets
        If sheet.Name = SheetName Then
            HasSheet = True
            Exit Function
        End If
    Next
End Function

Private Function OnlyForReading(wb As Object) As Boolean
    ' Calc has no such property, and there the file is asked when it is saved.
    On Error Resume Next
    OnlyForReading = wb.ReadOnly
    On Error GoTo 0
End Function

Private Function IsAddin(wb As Object) As Boolean
    IsAddin = (LCase$(Right$(wb.Name, 5)) = ".xlam")
End Function

Private Function AddinIsOpen() As Boolean
    Dim wb As Object
    ' An add-in is open without being counted: only asking for it by name finds it.
    On Error Resume Next
    Set wb = Workbooks("hrworkbook.xlam")
    On Error GoTo 0
    AddinIsOpen = Not wb Is Nothing
End Function

Private Function Agreed(ByVal Verb As String) As Boolean
    Dim Question As String
    Question = HRButtons.QuestionOf(Verb)
    If Question = "" Or Not Application.DisplayAlerts Then
        Agreed = True
    Else
        Agreed = (MsgBox(Question, vbYesNo + vbQuestion + vbDefaultButton2, "HR Plan") = vbYes)
    End If
End Function
