"""`python -m hrworkbook` is the command line."""

import sys

from hrworkbook.cli.main import main

sys.exit(main())
