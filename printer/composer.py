"""The home of python-escpos: its composing printer, `Dummy`, loaded late, lean and without traces.

Loading costs some 7 MB once Pillow is there, and happens in the printer's thread, never before the
first document. Left alone, the library parses a large collection of printers with a slow YAML
reader, leaves an empty folder in the temporary directory at every start, and configures logging for
the whole process. Its own switch `ESCPOS_CAPABILITIES_FILE` hands it a small collection instead;
the folder is removed right after the import, and where logging is set up already the library
leaves it alone. None of its transports is ever used.
"""

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any, Final

from printer.charset import CODECS
from printer.errors import ComposerMissingError
from printer.profile import Cutter, PrinterProfile

_LOADING: Final = Lock()
_SWITCH: Final = "ESCPOS_CAPABILITIES_FILE"

type_of_dummy = Any
"""python-escpos's `Dummy`; the library carries no usable types."""


def fresh_dummy(profile: PrinterProfile) -> type_of_dummy:
    """Return a new composing printer for one document of one printer.

    New for each document: the library does not notice that `ESC @` resets the code page. Raises
    ComposerMissingError when python-escpos cannot be loaded.
    """
    with _LOADING:  # the screens' preview and the spool may both be the first
        printer_module, capabilities = _load()
    described = capabilities.Profile(columns=profile.columns, features=_features(profile))
    described.profile_data = {"media": {"width": {"pixels": profile.dots}}}
    described.codePages = {str(profile.code_page_number): _vendor_page(profile.code_page)}
    described.fonts = {"0": {"columns": profile.columns}}
    return printer_module.Dummy(
        profile=described,
        magic_encode_args={"encoding": _vendor_page(profile.code_page), "disabled": True},
    )


def _vendor_page(code_page: str) -> str:
    """Return the library's name of a page; plain ASCII is the lower half of any of them."""
    return "CP437" if code_page == "ASCII" else code_page


def _features(profile: PrinterProfile) -> Mapping[str, bool]:
    return {
        "qrCode": profile.has_native_qr,
        "paperFullCut": profile.cutter is Cutter.FULL,
        "paperPartCut": profile.cutter is Cutter.PARTIAL,
    }


@cache
def _load() -> tuple[Any, Any]:
    is_ours = _SWITCH not in os.environ
    try:
        with tempfile.TemporaryDirectory(prefix="refectory-escpos-") as folder:
            if is_ours:
                os.environ[_SWITCH] = str(_small_collection(Path(folder)))
            with _logging_left_alone():
                from escpos import capabilities  # noqa: PLC0415  late: see the first lines
                from escpos import printer as printer_module  # noqa: PLC0415

            _sweep(capabilities.pickle_dir)
    except (ImportError, OSError) as error:
        message = (
            f"python-escpos cannot be loaded ({error}); install it with the `printer` extra and "
            "give the service a writable temporary folder"
        )
        raise ComposerMissingError(message) from error
    finally:
        if is_ours:
            os.environ.pop(_SWITCH, None)
    return printer_module, capabilities


@contextmanager
def _logging_left_alone() -> Iterator[None]:
    """Keep the import from setting up logging, which `basicConfig` does where nobody has yet.

    What others set up meanwhile stays: the import takes a second, in the printer's thread.
    """
    somebody = logging.NullHandler()
    logging.root.addHandler(somebody)
    try:
        yield
    finally:
        logging.root.removeHandler(somebody)


def _small_collection(folder: Path) -> Path:
    """Write the part of the library's collection that composing needs; return where."""
    source = resources.files("escpos") / "capabilities.json"
    whole = json.loads(source.read_text(encoding="utf-8"))
    part = {
        "profiles": {"default": whole["profiles"]["default"]},
        "encodings": {name: whole["encodings"][name] for name in CODECS if name != "ASCII"},
    }
    path = folder / "capabilities.json"
    path.write_text(json.dumps(part), encoding="utf-8")
    return path


def _sweep(pickle_folder: str) -> None:
    """Remove the temporary folder that the import made, unless a person chose its place."""
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(pickle_folder, ignore_errors=True)
