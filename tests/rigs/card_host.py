"""Plays the cards for a pcscd that runs elsewhere: obeys lines on its stdin, in its own network.

One JSON object a line in, one a line out, as `vpcd_host.py`, which has the cards.
"""

import json
import sys

from vpcd_host import Host


def main() -> None:
    """Obey until stdin closes."""
    host = Host("", "")
    print(json.dumps({"ready": True}), flush=True)
    try:
        for line in sys.stdin:
            print(json.dumps(host.obey(json.loads(line))), flush=True)
    finally:
        host.close()


if __name__ == "__main__":
    main()
