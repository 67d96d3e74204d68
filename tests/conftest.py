"""What every test may use: the rigs that run real parts (see tests/rigs)."""

import signal

from hypothesis import settings

pytest_plugins = ["chromium_rig", "longest_first", "own_temporary", "pcsc_rig"]

# How long an example takes is the machine's affair: what it must hold is counted elsewhere.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")

# A run in the background (`./test &`) ignores Ctrl-C, and so would all that it starts: a demo that
# a test ends as a person does went on for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
