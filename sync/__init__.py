"""The uplink: a terminal's facts go up, the copy of the school's data comes down."""
