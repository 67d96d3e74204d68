"""A real school from its files: every mistake by file and line; the same again changes nothing."""

from datetime import UTC, datetime

import pytest

from central.badges import set_badge_state
from central.errors import RecordError
from central.load_files import load_files
from central.office import Act
from central.records import read_school
from central.school_files import read_school_files
from central.store import open_store
from core.money import Money
from core.people import BadgeState
from core.snapshot import badge_from_row, product_from_row
from core.tap import Credential, Technology, badge_key

ACT = Act("anna", datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
FILES = {
    "school": "key,value\nid,smb\nname,Sint-Martinus\norders_close_at,09:30\n"
    "closed_days,2026-12-25 2026-12-26\npolicy.overdraft_max_cents,500\n",
    "pupils": "id;first_name;last_name;class_name;price_class;allergens;diet;language\n"
    "p1;Léa;Peeters;3B;pupil;gluten milk;;nl\np2;Ben;Dubois;3B;reduced;;halal;fr\n",
    "badges": "pupil,number,technology,key\np1,04A1B2C3D4E5F6,,\np2,0102030405,em4100,\n"
    f"p2,,,{'ab' * 16}\n",
    "products": "id,name,category,vat_permille,allergens\nsoup,Soep,meal,60,celery\n",
    "prices": 'product,price_class,price\nsoup,pupil,"4,50"\nsoup,reduced,2.00\n',
    "staff": "id,name,rights,pin_hash\nann,Ann,sell close,\n",
    "menu": "day,product\n2026-12-01,soup\n",
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "school"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    place = tmp_path / "central.db"
    if request.param == "postgresql":
        cluster = request.getfixturevalue("cluster")
        place = cluster.url(cluster.create())
    store = open_store(place)
    yield store
    store.close()


def rows(store, sql):
    with store.database.reading() as session:
        return session.rows(sql)


def mistakes(folder):
    return [str(one) for one in read_school_files(folder).mistakes]


def test_a_school_is_loaded_whole_and_the_same_again_changes_nothing(store, folder):
    files = read_school_files(folder)
    assert files.mistakes == []
    first = load_files(store, files, act=ACT)
    assert (first.school, first.is_new) == ("smb", True)
    assert {name: one.added for name, one in first.counts.items()} == {
        "pupil": 2,
        "product": 1,
        "badge": 3,
        "staff": 1,
        "menu": 1,
    }
    cursor = rows(store, "SELECT cursor FROM school")
    again = load_files(store, read_school_files(folder), act=ACT)
    assert not again.is_new
    assert all((one.added, one.changed) == (0, 0) for one in again.counts.values())
    assert rows(store, "SELECT cursor FROM school") == cursor
    assert rows(store, "SELECT who, what FROM audit") == [("anna", "school loaded from files")]
    assert rows(store, "SELECT general_cents, reserve_cents FROM wallet") == [(0, 0), (0, 0)]
    with store.database.reading() as session:
        school = read_school(session, "smb")
        key = badge_key(
            Credential(Technology.ISO14443A, bytes.fromhex("04A1B2C3D4E5F6")),
            school_key=school.badge_key,
        )
        badges = [
            badge_from_row(row)
            for row in session.rows("SELECT key, pupil_id, state, last4 FROM badge")
        ]
        product = product_from_row(
            session.row(
                "SELECT id, name, category, vat_permille, allergens, pupil_cents, reduced_cents,"
                " teacher_cents, guest_cents FROM product"
            )
        )
    assert (school.header.name, school.orders_close_at.isoformat()) == ("Sint-Martinus", "09:30:00")
    assert (school.policy.overdraft_max, len(school.closed_days)) == (Money(500), 2)
    assert next(one for one in badges if one.key == key).last4 == "E5F6"
    assert sorted(one.cents for one in product.prices.values()) == [200, 450]


def test_what_is_other_is_changed_and_nobody_is_taken_away(store, folder):
    load_files(store, read_school_files(folder), act=ACT)
    head, first, _ = FILES["pupils"].splitlines()
    (folder / "pupils.csv").write_text(f"{head}\n{first.replace('3B', '4B')}\np3;Ann;X;1A;;;;\n")
    (folder / "badges.csv").write_text("pupil,number\np1,04A1B2C3D4E5F6\n")
    done = load_files(store, read_school_files(folder), act=ACT).counts["pupil"]
    assert (done.added, done.changed, done.same) == (1, 1, 0)
    assert rows(store, "SELECT id, class_name FROM pupil ORDER BY id") == [
        ("p1", "4B"),
        ("p2", "3B"),
        ("p3", "1A"),
    ]


def test_nobody_has_two_cards_in_use(store, folder):
    load_files(store, read_school_files(folder), act=ACT)
    more = "pupil,number,state\np1,04A1B2C3D4E5F7,{}\n"
    (folder / "badges.csv").write_text(more.format("active"))
    with pytest.raises(RecordError, match="of p1 would both be in use"):
        load_files(store, read_school_files(folder), act=ACT)
    (folder / "badges.csv").write_text(more.format("lost"))
    load_files(store, read_school_files(folder), act=ACT)
    kinds = "SELECT state, kind FROM badge WHERE pupil_id = 'p1' ORDER BY state"
    assert rows(store, kinds) == [("active", "iso14443a"), ("lost", "iso14443a")]


def test_a_lost_badge_stays_lost_and_is_not_handed_on(store, folder):
    load_files(store, read_school_files(folder), act=ACT)
    set_badge_state(
        store, "smb", badge="ab" * 16, state=BadgeState.LOST, who="anna", at=ACT.at, why="bus"
    )
    load_files(store, read_school_files(folder), act=ACT)
    lost = f"SELECT state FROM badge WHERE key = '{'ab' * 16}'"
    assert rows(store, lost) == [("lost",)]
    (folder / "badges.csv").write_text(FILES["badges"].replace("p2,,,", "p1,,,"))
    with pytest.raises(RecordError, match="badge …abab of p1 belongs to p2"):
        load_files(store, read_school_files(folder), act=ACT)


def test_other_rules_need_a_newer_version(store, folder):
    load_files(store, read_school_files(folder), act=ACT)
    (folder / "school.csv").write_text(FILES["school"].replace(",500", ",900"))
    with pytest.raises(RecordError, match=r"policy\.version above 1"):
        load_files(store, read_school_files(folder), act=ACT)
    (folder / "school.csv").write_text(
        FILES["school"].replace(",500", ",900")
        + "policy.version,2\nname,x\n".replace("name,x\n", "")
    )
    load_files(store, read_school_files(folder), act=ACT)
    with store.database.reading() as session:
        assert read_school(session, "smb").policy.overdraft_max == Money(900)


WRONG = [
    ("pupils", "p2;Ben", "p1;Ben", "pupils.csv, line 3: p1 stands here already"),
    ("pupils", "reduced", "gratis", "pupils.csv, line 3: price_class 'gratis' is none of pupil"),
    ("pupils", "gluten", "glue", "pupils.csv, line 2: allergens 'glue' is none of"),
    ("pupils", ";nl", ";xx", "pupils.csv, line 2: language 'xx' is none of"),
    ("pupils", "Ben", "", "pupils.csv, line 3: first_name is empty"),
    ("pupils", ";halal;fr", "", "pupils.csv, line 3: 6 values, but 8 columns"),
    ("pupils", "last_name;", "", "pupils.csv, line 1: no column last_name"),
    ("pupils", "Ben", "B" * 101, "pupils.csv, line 3: first_name has more than 100"),
    ("badges", "p1,04", "p9,04", "badges.csv, line 2: pupil p9 is not in pupils.csv"),
    ("badges", "04A1", "08A1", ""),
    ("badges", "04A1B2C3D4E5F6", "08A1B2C3", "badges.csv, line 2: number '08A1B2C3' is no"),
    ("badges", "04A1B2C3D4E5F6", "xyz", "badges.csv, line 2: number 'xyz' is not hexadecimal"),
    ("badges", "em4100", "laser", "badges.csv, line 3: technology 'laser' is none of"),
    ("badges", "ab" * 16, "ab", "badges.csv, line 4: key 'ab' is not 32"),
    ("badges", "0102030405,em4100,", "1,em4100,ab", "badges.csv, line 3: write either"),
    ("products", "meal", "food", "products.csv, line 2: category 'food' is none of"),
    ("products", ",60,", ",6%,", "products.csv, line 2: vat_permille '6%' is no rate"),
    ("prices", '"4,50"', '"4,5"', "prices.csv, line 2: '4,5' is not an amount in euro"),
    ("prices", "2.00", "-2.00", "prices.csv, line 3: price -2.00 is below zero"),
    ("prices", "reduced", "pupil", "prices.csv, line 3: pupil stands here already"),
    ("prices", "soup,pupil", "stew,pupil", "products.csv, line 2: prices.csv has no price of soup"),
    ("staff", "sell close", "sell everything", "staff.csv, line 2: rights 'everything' is none of"),
    ("staff", "sell close,", "sell,1234", "staff.csv, line 2: pin_hash is no argon2id hash"),
    ("menu", "2026-12-01", "1/12/2026", "menu.csv, line 2: day '1/12/2026' is no day"),
    ("menu", ",soup", ",cake", "menu.csv, line 2: product cake is not in products.csv"),
    ("school", "09:30", "9h30", "school.csv, line 4: orders_close_at '9h30' cannot be read"),
    ("school", "id,smb\n", "", "school.csv: id is missing"),
    ("school", "closed_days", "holidays", "school.csv, line 5: there is no setting 'holidays'"),
    ("school", ",500", ",-1", "school.csv, line 6: policy overdraft_max_cents is -1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "words"), WRONG)
def test_a_mistake_is_told_with_its_file_and_line(folder, name, old, new, words):
    (folder / f"{name}.csv").write_text(FILES[name].replace(old, new, 1))
    found = mistakes(folder)
    assert any(one.startswith(words) for one in found) if words else found == []
    assert all("\n" not in one for one in found)


def test_every_mistake_is_told_at_once_and_nothing_is_written(store, folder):
    for name, old, new, _ in (WRONG[1], WRONG[15], WRONG[23]):
        (folder / f"{name}.csv").write_text(FILES[name].replace(old, new, 1))
    files = read_school_files(folder)
    assert len({one.file for one in files.mistakes}) >= 3
    with pytest.raises(RecordError, match="mistakes, the first: "):
        load_files(store, files, act=ACT)
    assert rows(store, "SELECT id FROM school") == []


def test_files_that_cannot_be_read_are_told(folder):
    (folder / "menu.csv").unlink()
    (folder / "staff.csv").write_bytes(b"id,name,rights\n\xff,a,b\n")
    (folder / "pupils.csv").write_text("")
    (folder / "prices.csv").write_text('product,price_class,price\n"soup,pupil,1\n')
    found = mistakes(folder)
    for words in (
        "menu.csv: it is missing in",
        "staff.csv, line 2: it is not UTF-8",
        "pupils.csv, line 1: no column id",
        "prices.csv, line ",
    ):
        assert any(one.startswith(words) for one in found), (words, found)
