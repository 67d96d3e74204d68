"""Mail to parents: what waits is in the books, what it says is written when it is sent."""
