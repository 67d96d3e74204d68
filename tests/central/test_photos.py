"""Photos at the centre: small and plain, told to terminals by digest, given to their own school."""

import io
from dataclasses import replace
from random import Random

import pytest
from PIL import Image

from central.errors import RecordError
from central.leaving import leave
from central.office import Act
from central.photo_files import SOURCE_BYTES_MAX, read_pictures, small_photo
from central.photos import count_photos, read_photo, remove_photo, write_photos
from central.portraits import demo_photos, portrait
from central.records import write_school
from core.photos import PHOTO_BYTES_MAX, photo_digest
from sync.errors import RefusedError, TransientError
from sync.photos import PhotoSource


def picture(kind="PNG", size=(300, 500), **more):
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **more)
    return file.getvalue()


# --- what is taken in -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_small_upright_portrait(kind):
    small = small_photo(picture(kind))
    assert len(small) <= PHOTO_BYTES_MAX
    with Image.open(io.BytesIO(small)) as photo:
        assert (photo.format, photo.size) == ("JPEG", (192, 240))


def test_what_the_camera_wrote_does_not_come_along():
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    exif[0x0112] = 6
    wide = Image.new("RGB", (400, 200), "red")
    wide.paste("blue", (0, 0, 200, 200))
    file = io.BytesIO()
    wide.save(file, "JPEG", exif=exif)
    small = small_photo(file.getvalue())
    assert b"a maker" not in small
    with Image.open(io.BytesIO(small)) as photo:
        assert not photo.getexif()
        # Turned by a quarter as the camera was held: what was left is now on top.
        red, _, blue = photo.getpixel((96, 20))
        assert blue > red


def test_noise_is_packed_until_it_fits():
    noise = Image.frombytes("RGB", (800, 800), Random(1).randbytes(800 * 800 * 3))
    file = io.BytesIO()
    noise.save(file, "PNG")
    assert len(small_photo(file.getvalue())) <= PHOTO_BYTES_MAX


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JPEG, PNG or WebP"),
        (b"<svg onload=alert(1)>", "no JPEG, PNG or WebP"),
        (picture("GIF"), "no JPEG, PNG or WebP"),
        (picture()[:200], "cannot be read"),
        (b"x" * (SOURCE_BYTES_MAX + 1), "at most"),
    ],
    ids=["empty", "svg", "gif", "cut", "large"],
)
def test_what_is_no_picture_is_refused_in_one_line(content, why):
    with pytest.raises(RecordError, match=why) as refused:
        small_photo(content)
    assert "\n" not in str(refused.value)


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(RecordError, match="too many"):
        small_photo(picture(size=(9000, 9000), compress_level=9))


def test_a_folder_of_pictures_is_read_by_pupil(tmp_path):
    (tmp_path / "p1.JPG").write_bytes(picture("JPEG"))
    (tmp_path / "p2.webp").write_bytes(picture("WEBP"))
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    assert [pupil for pupil, _ in read_pictures(tmp_path)] == ["p1", "p2"]
    (tmp_path / "p3.png").write_bytes(b"x")
    with pytest.raises(RecordError, match=r"p3\.png: "):
        list(read_pictures(tmp_path))


def test_portraits_are_drawn_the_same_again(demo_school):
    photos = demo_photos(demo_school, seed=7)
    assert photos == demo_photos(demo_school, seed=7)
    assert 0 < len(photos) < len(demo_school.pupils)
    assert len(set(photos.values())) == len(photos)
    assert all(len(photo) <= PHOTO_BYTES_MAX for photo in photos.values())


# --- in the books, on both engines ----------------------------------------------------------------


@pytest.fixture
def act(clock):
    return Act("anna", clock.now)


@pytest.fixture
def school(centre):
    return centre.school.school.id


@pytest.fixture
def pupil(centre):
    return centre.school.pupils[0].id


def put(centre, act, pupil, content=b"a photo"):
    return write_photos(centre.store, centre.school.school.id, {pupil: content}, act=act)


def test_a_photo_is_kept_once_and_told_in_the_feed(centre, act, school, pupil):
    cursor = centre.one("SELECT cursor FROM school")
    counts = put(centre, act, pupil)
    assert (counts.added, counts.changed, counts.same) == (1, 0, 0)
    assert centre.one("SELECT cursor FROM pupil_photo") == cursor + 1
    assert put(centre, act, pupil).same == 1
    assert centre.one("SELECT cursor FROM school") == cursor + 1
    assert put(centre, act, pupil, b"another").changed == 1
    with centre.store.database.reading() as session:
        assert read_photo(session, school, photo_digest(b"another")) == b"another"
        assert read_photo(session, school, photo_digest(b"a photo")) is None
        assert count_photos(session, school) == 1


def test_a_photo_of_nobody_is_refused_and_nothing_is_written(centre, act, school, pupil):
    with pytest.raises(RecordError, match="no pupil 'nobody'"):
        write_photos(centre.store, school, {pupil: b"1", "nobody": b"2"}, act=act)
    assert centre.rows("SELECT * FROM pupil_photo") == []


def test_a_photo_that_is_taken_away_is_gone_from_the_books(centre, act, school, pupil):
    put(centre, act, pupil)
    assert remove_photo(centre.store, school, pupil, act=act)
    assert not remove_photo(centre.store, school, pupil, act=act)
    assert centre.rows("SELECT digest, content FROM pupil_photo") == [("", b"")]
    with centre.store.database.reading() as session:
        assert read_photo(session, school, "") is None
        assert count_photos(session, school) == 0


def test_whoever_leaves_takes_the_photo_along(centre, act, school):
    ordered = {order.pupil_id for order in centre.school.orders}
    pupil = next(one.id for one in centre.school.pupils if one.id not in ordered)
    put(centre, act, pupil)
    leave(centre.store, school, pupil=pupil, act=act)
    assert centre.rows("SELECT * FROM pupil_photo") == []


# --- on the wire ----------------------------------------------------------------------------------


@pytest.fixture
def source(till, clock, tmp_path):
    source = PhotoSource(till.identity, folder=tmp_path, clock=clock)
    yield source
    source.close()


def test_a_terminal_gets_its_schools_photo_and_proves_it(centre, act, pupil, source):
    content = portrait(pupil, seed=1)
    put(centre, act, pupil, content)
    assert source.fetch(photo_digest(content)) == content
    assert source.fetch("0" * 64) is None


def test_another_schools_photo_does_not_exist(centre, act, source, demo_school):
    digest = photo_digest(b"theirs")
    with centre.store.database.writing() as session:
        write_school(session, replace(demo_school.school, id="other"))
        columns = ("school_id", "pupil_id", "digest", "content", "cursor", "taken_in_at")
        session.insert_many("pupil_photo", columns, [("other", "p", digest, b"theirs", 1, "")])
        assert read_photo(session, "other", digest) == b"theirs"
    assert source.fetch(digest) is None


def test_a_photo_of_other_bytes_is_not_believed(centre, act, pupil, source):
    put(centre, act, pupil)
    with centre.store.database.writing() as session:
        session.run("UPDATE pupil_photo SET content = ?", b"swapped")
    with pytest.raises(TransientError, match="another photo"):
        source.fetch(photo_digest(b"a photo"))


def test_a_photo_that_is_too_large_is_cut_off(centre, act, pupil, source):
    put(centre, act, pupil)
    with centre.store.database.writing() as session:
        session.run("UPDATE pupil_photo SET content = ?", b"x" * (PHOTO_BYTES_MAX + 1))
    with pytest.raises(TransientError, match="more than"):
        source.fetch(photo_digest(b"a photo"))


def test_a_path_is_no_digest(centre, till):
    import httpx

    for wanted in ("..%2f..%2fetc%2fpasswd", "A" * 64, "0" * 63):
        path = f"{centre.url}/v1/terminals/{till.identity.terminal_id}/photos/{wanted}"
        assert httpx.get(path, trust_env=False).status_code in (401, 404)


def test_a_terminal_that_was_revoked_gets_no_photo(centre, act, pupil, source):
    put(centre, act, pupil)
    with centre.store.database.writing() as session:
        session.run("UPDATE terminal_key SET revoked_at = '2026-11-24T00:00:00.000Z'")
    with pytest.raises(RefusedError, match="revoked"):
        source.fetch(photo_digest(b"a photo"))
