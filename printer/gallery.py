"""Every sample document in every language as a picture and as text, for docs and for looking at."""

from pathlib import Path

from core.people import Language
from printer.base import PrintJob
from printer.encode import encode_job
from printer.picture import draw, png_bytes, text_of
from printer.picture_printer import interpret
from printer.profile import PICTURE, PrinterProfile
from printer.samples import sample_documents


def write_gallery(folder: Path, *, profile: PrinterProfile = PICTURE) -> tuple[Path, ...]:
    """Write the pictures and texts of all samples into a folder; return the pictures' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for language in Language:
        for name, document in sample_documents(language).items():
            job = PrintJob(id=name, document=document)
            events = interpret(encode_job(job, profile), profile)
            path = folder / f"{name}.{language.value}.png"
            path.write_bytes(png_bytes(draw(events, dots=profile.dots)))
            text = text_of(events, columns=profile.columns)
            path.with_suffix(".txt").write_text(text, encoding="utf-8")
            pictures.append(path)
    return tuple(pictures)
