"""An Excel for tests: Microsoft's own office.js in a real Chromium, whose requests are answered from an open Calc document."""
