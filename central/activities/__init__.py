"""Trips and other activities: planned, answered by parents, invoiced, paid in instalments."""
