"""Bank statements: read from the bank's file, matched to pupils, booked once.

One file a format behind one port: `read_statements` of `central.bank.formats`.
"""
