"""Portraits of nobody: simple faces, drawn from chance, for a demo school and for tests.

Import this module late: it needs Pillow. No picture of a person went into them.
"""

import io
from random import Random
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from core.ids import PupilId

if TYPE_CHECKING:
    from central.seed import DemoSchool

_DRAWN_PX: Final = (384, 480)
_SIZE_PX: Final = (192, 240)
_FIRST: Final = 60
_LAST: Final = 40
_GROUNDS: Final = ("#dbe7f3", "#e8e2d6", "#dcebdd", "#efe0e6", "#e3e0f0")
_SKINS: Final = ("#f6d7c3", "#eebf9f", "#d9a27c", "#b97b52", "#8a5535", "#60391f")
_HAIRS: Final = ("#1f1a17", "#3b2a20", "#6d4526", "#a9743a", "#d7b46a", "#8c3b22")
_SHIRTS: Final = ("#2f6690", "#a23e48", "#3a7d44", "#6a4c93", "#d08c2f", "#37474f")
_INK: Final = "#2b2320"


def portrait(pupil: PupilId, *, seed: int) -> bytes:
    """Return a drawn face as a JPEG; the same for the same pupil and seed."""
    chance = Random(f"{seed} {pupil}")  # noqa: S311  a drawing, not a secret
    picture = Image.new("RGB", _DRAWN_PX, chance.choice(_GROUNDS))
    draw = ImageDraw.Draw(picture)
    skin, hair = chance.choice(_SKINS), chance.choice(_HAIRS)
    is_long = chance.randrange(2) == 0
    if is_long:
        draw.rounded_rectangle((88, 110, 296, 390), 90, fill=hair)
    draw.ellipse((50, 370, 334, 660), fill=chance.choice(_SHIRTS))
    draw.rounded_rectangle((158, 300, 226, 410), 30, fill=skin)
    draw.ellipse((104, 100, 280, 340), fill=skin)
    for left in (90, 266):
        draw.ellipse((left, 200, left + 28, 250), fill=skin)
    _hair(draw, hair, chance)
    _face(draw, chance)
    file = io.BytesIO()
    picture.resize(_SIZE_PX, Image.Resampling.BOX).save(file, "JPEG", quality=80)
    return file.getvalue()


def demo_photos(school: "DemoSchool", *, seed: int) -> dict[PupilId, bytes]:
    """Return portraits for some of a demo school: the others show how a till does without.

    Whoever has a badge for a rare case stands last in the school, and has one.
    """
    shown = {*school.pupils[:_FIRST], *school.pupils[-_LAST:]}
    return {pupil.id: portrait(pupil.id, seed=seed) for pupil in school.pupils if pupil in shown}


def _hair(draw: ImageDraw.ImageDraw, colour: str, chance: Random) -> None:
    fringe = chance.randint(150, 190)
    draw.pieslice((96, 76, 288, 320), 180, 360, fill=colour)
    draw.rectangle((96, 196, 116, 230), fill=colour)
    draw.rectangle((268, 196, 288, 230), fill=colour)
    # The forehead shows again below the fringe.
    side = chance.choice((-24, 0, 24))
    if chance.randrange(3) == 0:
        for x, y in ((108, 150), (126, 104), (164, 76), (208, 76), (246, 104), (264, 150)):
            draw.ellipse((x - 26, y - 20, x + 38, y + 44), fill=colour)
    draw.chord((116 + side, fringe - 10, 268 + side, fringe + 90), 180, 360, fill=colour)


def _face(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    brow = chance.randint(-4, 4)
    for left in (136, 214):
        draw.ellipse((left - 2, 218, left + 36, 252), fill="white")
        draw.ellipse((left + 6, 222, left + 28, 248), fill=_INK)
        draw.ellipse((left + 18, 226, left + 24, 232), fill="white")
        draw.line((left, 208 + brow, left + 34, 206), fill=_INK, width=6)
    draw.arc((180, 236, 206, 272), 20, 160, fill=_INK, width=4)
    wide = chance.randint(22, 34)
    draw.arc((192 - wide, 262, 192 + wide, 308), 20, 160, fill="#8c2f2f", width=7)
    if chance.randrange(4) == 0:
        for left in (130, 206):
            draw.rounded_rectangle((left, 212, left + 48, 258), 16, outline=_INK, width=5)
        draw.line((178, 232, 206, 232), fill=_INK, width=5)
