"""What a tap costs through the till loop, against a bare SQLite sale and a bare synced 4 KB write.

The till is the real one: inbox, till, recorder, knowledge, journal, and a copy of a school of some
600 pupils as the centre makes it. A tap is put into the inbox and handled in the same thread; each
prints a receipt, so its print job is stored with it, and the `done` of the one before rides along.
Readers, spool, uplink and web stand aside: they never hold up a tap.

A durable tap ends when the reader is told to show its light, which is after the commit. What the
till does then is in `whole` and in the CPU, and no pupil waits for it: its sums, screens and log,
and all that it does before the next badge comes, which is to note that the paper came out and to
get ready (`Till.get_ready`). Contenders:

    collect   a meal that was ordered: the tap that the gates are about
    sale      a meal without an order, sold from the wallet
    bare      look up badge and wallet, insert a ledger row with a UUID, update the wallet, commit:
              sqlite3 with WAL and FULL, and else its own defaults (psow=1, checkpoints by itself)
    bare-4096 the same with the journal's page size, psow=0 and its checkpoints between the rounds
    same      the till's own statements on the same tables, from bytes that were ready: what SQLite
              and the disk take of a collected meal; the rest of `collect` is Python
    raw       overwrite 4 KB of a file that is there, and fdatasync

Each contender is a file here, but the floors, which are one; `pupils.py` says who comes,
`measured.py` has them take turns, `sync_calls.py` asks strace, `__main__.py` prints and judges.

All run in one process, shuffled in every round, on a disk and in memory. What counts is the ratio
within a run; a p99 is judged only while the machine has a core to spare. strace, in a process of
its own, counts the sync calls.
Taps in a row find the processor's caches warm, and pupils do not come like that: `--pause-ms 20`
lets it rest before each call.
Usage: python -m benchmarks.tap [--rounds 400] [--pause-ms 0] [--disk FOLDER] [--gate] [--json]
"""
