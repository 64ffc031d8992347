"""What all tests share: how hypothesis searches, and that Ctrl-C and a hang-up are heard.

Timing decides no test, so there is no deadline; every run makes the same examples, so that a failure is the change's.
`HYPOTHESIS_PROFILE=search` looks for new ones.
"""

from __future__ import annotations

import os
import signal

from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# A background job of a shell, and all that it starts, ignores SIGINT; tests of Ctrl-C send it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# So it is with SIGHUP under `nohup`.
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
