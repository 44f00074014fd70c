"""`python -m hrworkbook` is the command line."""

import sys

from hrworkbook.cli import main

sys.exit(main())
