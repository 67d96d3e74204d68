"""What every test may use: the rigs that run real parts (see tests/rigs)."""

from hypothesis import settings

pytest_plugins = ["chromium_rig", "longest_first", "own_temporary", "pcsc_rig"]

# How long an example takes is the machine's affair: what it must hold is counted elsewhere.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")
