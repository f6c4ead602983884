"""The tour: `python -m tests.tour` from the project's root, or `make run`.

It stays up until Ctrl-C. With ONCE=1 it ends by itself. The exit status is 0 only if everything it showed held.
"""

import os
import signal
import sys

# Python may swallow a KeyboardInterrupt during an import. Nothing runs yet that would have to be ended.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from tests.tour.tour import main

try:
    status = main()
except BrokenPipeError:  # whoever read the output has gone
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    status = 1
sys.exit(status)
