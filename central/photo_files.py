"""Pictures from outside, made into photos: any size and format in, one small JPEG out.

Import this module late: it needs Pillow, and a centre that only serves does not.
"""

import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from central.errors import RecordError
from core.ids import PupilId
from core.photos import PHOTO_BYTES_MAX

SOURCE_BYTES_MAX: Final = 10 * 1024 * 1024
SIZE_PX: Final = (192, 240)
ENDS: Final = (".jpg", ".jpeg", ".png", ".webp")
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_PIXELS_MAX: Final = 40_000_000
_QUALITIES: Final = (80, 60, 40, 20)


def small_photo(picture: bytes) -> bytes:
    """Return a picture as terminals get it: a JPEG, upright, cut to a portrait, nothing else in it.

    picture: JPEG, PNG or WebP of at most 10 MB and 40 megapixels. What a camera wrote beside the
    picture (place, time, maker) does not come along. Raises RecordError.
    """
    if len(picture) > SOURCE_BYTES_MAX:
        message = f"the picture has {len(picture)} bytes; at most {SOURCE_BYTES_MAX} are taken"
        raise RecordError(message)
    try:
        with warnings.catch_warnings():
            # Ours is the bound; Pillow's warning of a large picture is none.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture), formats=_FORMATS) as opened:
                if opened.width * opened.height > _PIXELS_MAX:
                    message = f"the picture has {opened.width} x {opened.height} pixels: too many"
                    raise RecordError(message)
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except UnidentifiedImageError as error:
        message = "this is no JPEG, PNG or WebP picture"
        raise RecordError(message) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        words = " ".join(str(error).split())[:120]
        message = f"the picture cannot be read: {words}"
        raise RecordError(message) from error
    # Faces stand in the upper half of a portrait.
    fitted = ImageOps.fit(upright, SIZE_PX, Image.Resampling.LANCZOS, centering=(0.5, 0.35))
    return _packed(fitted)


def _packed(picture: Image.Image) -> bytes:
    for quality in _QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= PHOTO_BYTES_MAX:
            return file.getvalue()
    message = "the picture cannot be made small enough"
    raise RecordError(message)


def read_pictures(folder: Path) -> Iterator[tuple[PupilId, bytes]]:
    """Yield each picture of a folder as terminals get it; a file is named `PUPIL.jpg` or alike.

    Raises RecordError, naming the file.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in ENDS or not path.is_file():
            continue
        try:
            if path.stat().st_size > SOURCE_BYTES_MAX:
                message = f"{path.name}: more than {SOURCE_BYTES_MAX} bytes; save it smaller"
                raise RecordError(message)
            picture = path.read_bytes()
        except OSError as error:
            message = f"{path.name}: {error.strerror}"
            raise RecordError(message) from error
        try:
            yield PupilId(path.stem), small_photo(picture)
        except RecordError as error:
            message = f"{path.name}: {error}"
            raise RecordError(message) from error
