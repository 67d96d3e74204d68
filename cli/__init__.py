"""The `refectory` command: words to calls, output as text or JSON."""
