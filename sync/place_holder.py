"""Libraries without a part that their packages import for whoever imports any of them.

A till at rest keeps every module that was ever imported. Where a library brings a part that a
terminal never uses (a command line, keys in files), a place-holder with that part's names stands in
for it while the library is loaded, and is gone again: who wants the real part afterwards gets it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def left_out(name: str, *attributes: str) -> Iterator[None]:
    """Leave a module out of what is imported inside; its attributes are empty classes there.

    name: as in `import`. Nothing is left out where the module is loaded already.
    """
    place_holder = ModuleType(name)
    for attribute in attributes:
        setattr(place_holder, attribute, type(attribute, (), {}))
    is_first = sys.modules.setdefault(name, place_holder) is place_holder
    try:
        yield
    finally:
        if is_first:
            del sys.modules[name]
