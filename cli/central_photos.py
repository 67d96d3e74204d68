"""`refectory central photo`: photos of pupils, from a folder of pictures, or taken away."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_desk import Row, act_of, add_school, add_why, at_school, say_rows
from cli.output import CommandError
from cli.progress import Progress

if TYPE_CHECKING:
    from central.photos import PhotoCounts
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId

_WORDS = "{school}: {added} photos added, {changed} changed, {same} the same"


def register_photo_words(words: "Commands") -> None:
    """Add the words about photos."""
    photo = words.add_parser("photo", help="photos of pupils, shown to staff at the till")
    acts = photo.add_subparsers(dest="photo_command", metavar="WHAT", required=True)
    load = acts.add_parser(
        "load",
        help="take in a folder of pictures",
        description="Each picture is named by its pupil's id, as in 4711.jpg (JPEG, PNG or WebP)."
        " A small copy is kept, without what the camera wrote beside it; pupils who have no picture"
        " in the folder keep theirs.",
    )
    load.add_argument("folder", type=Path, metavar="FOLDER")
    add_school(load)
    load.set_defaults(run=_load)
    remove = acts.add_parser("remove", help="take a pupil's photo away, here and at the tills")
    remove.add_argument("pupil", metavar="ID")
    add_why(remove)
    add_school(remove)
    remove.set_defaults(run=_remove)


def load_photos(
    parsed: argparse.Namespace, store: "Store", school: "SchoolId", folder: Path
) -> "PhotoCounts":
    """Take in the pictures of a folder. Raises CommandError or CentralError."""
    from central.photo_files import read_pictures  # noqa: PLC0415  another layer loads late
    from central.photos import write_photos  # noqa: PLC0415

    try:
        count = sum(1 for _ in folder.iterdir())
    except OSError as error:
        raise CommandError(f"{folder}: {error.strerror}; name a folder of pictures") from error
    photos = {}
    with Progress("photos", count) as progress:
        for pupil, content in read_pictures(folder):
            photos[pupil] = content
            progress.reach(len(photos))
    return write_photos(store, school, photos, act=act_of(parsed))


def _load(parsed: argparse.Namespace) -> int:
    def act(store: "Store", school: "SchoolId") -> list[Row]:
        counts = load_photos(parsed, store, school, parsed.folder)
        return [
            {
                "school": school,
                "added": counts.added,
                "changed": counts.changed,
                "same": counts.same,
            }
        ]

    return say_rows(parsed, at_school(parsed, act), _WORDS)


def _remove(parsed: argparse.Namespace) -> int:
    from central.photos import remove_photo  # noqa: PLC0415  another layer loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        if not remove_photo(store, school, PupilId(parsed.pupil), act=act_of(parsed)):
            raise CommandError(f"pupil {parsed.pupil} of {school} has no photo")
        return [{"school": school, "pupil": parsed.pupil}]

    return say_rows(parsed, at_school(parsed, act), "the photo of {pupil} is gone")
