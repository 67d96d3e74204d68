"""What every test may use: the rigs that run real parts (see tests/rigs)."""

pytest_plugins = ["chromium_rig", "pcsc_rig"]
