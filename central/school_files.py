"""A real school from plain CSV files: read and validated whole, every mistake with file and line.

`school.csv` (key, value), `pupils.csv`, `badges.csv`, `products.csv`, `prices.csv`, `staff.csv`,
`menu.csv`: UTF-8, a header line, separated by commas or semicolons. Amounts in euro, days as
2026-11-24, lists (allergens, rights) separated by blanks. Nothing is written before all is well.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.catalogue import Category, Product
from core.errors import CoreError
from core.ids import BadgeKey, ProductId, PupilId, SchoolId, StaffId
from core.money import Money, parse_money
from core.people import Allergen, BadgeState, Language, PriceClass, Pupil
from core.policy import Policy
from core.policy_plain import policy_from_plain
from core.staff import Right, StaffMember
from core.tap import Credential, Technology, identity_fault
from core.text import printable

FILES = ("school", "pupils", "badges", "products", "prices", "staff", "menu")
_FILWordBYTES_MAX = 50 * 1024 * 1024
_MISTAKES_MAX = 200
_POLICY_PREFIX = "policy."
_TEXT_MAX = 100
_DEFAULT_POLICY: Mapping[str, object] = {
    "version": 1,
    "walk_in": "refuse",
    "walk_in_product": "",
    "overdraft_max_cents": 0,
    "sale_max_cents": 2500,
    "pupil_offline_max_cents": 2500,
    "terminal_offline_max_cents": 100_000,
    "terminal_offline_count_max": 400,
    "snapshot_warn_s": 4 * 3600,
    "snapshot_stop_s": 24 * 3600,
    "assurance_min_collect": 1,
    "assurance_min_sale": 1,
    "print_collected": 0,
    "print_sales": 1,
}
Word = TypeVar("Word", bound=Enum)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong. line: 1 is the header; 0 where no line is meant."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """Return it in one line: file, line, what is wrong."""
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.text}"


@dataclass(frozen=True, slots=True)
class FileBadge:
    """A badge of the file: its number as it is printed or read, or its key."""

    credential: Credential | None
    key: BadgeKey | None
    pupil: PupilId
    state: BadgeState
    last4: str


@dataclass(slots=True)
class SchoolFiles:
    """A whole school as its files tell it. mistakes: empty when it can be loaded."""

    id: SchoolId
    settings: dict[str, str] = field(default_factory=dict)
    policy: Policy | None = None
    pupils: dict[PupilId, Pupil] = field(default_factory=dict)
    badges: list[FileBadge] = field(default_factory=list)
    products: dict[ProductId, Product] = field(default_factory=dict)
    staff: dict[StaffId, StaffMember] = field(default_factory=dict)
    menu: list[tuple[date, ProductId]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a file, by its column names."""

    file: str
    number: int
    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a value that must be there, at most 100 characters."""
        value = self.optional(name)
        if not value:
            message = f"{name} is empty"
            raise ValueError(message)
        return value

    def optional(self, name: str) -> str:
        """Return a value, empty where there is none."""
        value = printable(self.values.get(name, ""))
        if len(value) > _TEXT_MAX:
            message = f"{name} has more than {_TEXT_MAX} characters"
            raise ValueError(message)
        return value

    def word(self, name: str, kind: type[Word], default: Word | None = None) -> Word:
        """Return one word of a list of words."""
        value = self.optional(name)
        if not value and default is not None:
            return default
        return _word(name, value, kind)

    def words(self, name: str, kind: type[Word]) -> frozenset[Word]:
        """Return words that are separated by blanks."""
        return frozenset(_word(name, value, kind) for value in self.optional(name).split())

    def day(self, name: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError as error:
            message = f"{name} {self.optional(name)!r} is no day; write it like 2026-11-24"
            raise ValueError(message) from error


def _word(name: str, value: str, kind: type[Word]) -> Word:
    for one in kind:
        if one.value == value:
            return one
    known = ", ".join(str(one.value) for one in kind)
    message = f"{name} {value!r} is none of {known}"
    raise ValueError(message)


def read_school_files(folder: Path) -> SchoolFiles:
    """Return the school that a folder's files tell, with every mistake in them."""
    school = SchoolFiles(SchoolId(""))
    lines = {name: list(_lines(folder, name, school.mistakes)) for name in FILES}
    _read_settings(school, lines["school"])
    _each(school, lines["pupils"], _pupil)
    _each(school, lines["products"], _product(_prices(school, lines["prices"])))
    _each(school, lines["badges"], _badge)
    _each(school, lines["staff"], _member)
    _each(school, lines["menu"], _dish)
    del school.mistakes[_MISTAKES_MAX:]
    return school


_COLUMNS: dict[str, tuple[str, ...]] = {
    "school": ("key", "value"),
    "pupils": ("id", "first_name", "last_name", "class_name"),
    "badges": ("pupil",),
    "products": ("id", "name", "category", "vat_permille"),
    "prices": ("product", "price_class", "price"),
    "staff": ("id", "name", "rights"),
    "menu": ("day", "product"),
}


def _lines(folder: Path, name: str, mistakes: list[Mistake]) -> Iterator[_Line]:
    """Yield a file's lines; what keeps it from being read at all is one mistake."""
    file = f"{name}.csv"
    try:
        path = folder / file
        if path.stat().st_size > _FILWordBYTES_MAX:
            mistakes.append(Mistake(file, 0, "it is too large to be a list of a school"))
            return
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        mistakes.append(Mistake(file, 0, f"it is missing in {folder}"))
        return
    except OSError as error:
        mistakes.append(Mistake(file, 0, f"it cannot be read: {error.strerror}"))
        return
    except UnicodeDecodeError as error:
        place = error.object[: error.start].count(b"\n") + 1
        mistakes.append(Mistake(file, place, "it is not UTF-8; save it as UTF-8"))
        return
    yield from _table(file, _COLUMNS[name], text, mistakes)


def _table(
    file: str, needed: tuple[str, ...], text: str, mistakes: list[Mistake]
) -> Iterator[_Line]:
    head = text.partition("\n")[0]
    reader = csv.reader(
        text.splitlines(), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True
    )
    names: list[str] = []
    try:
        for row in reader:
            if not names:
                names = [cell.strip() for cell in row]
                missing = [name for name in needed if name not in names]
                if missing:
                    mistakes.append(Mistake(file, 1, f"no column {', '.join(missing)}"))
                    return
            elif any(cell.strip() for cell in row):
                if len(row) != len(names):
                    words = f"{len(row)} values, but {len(names)} columns"
                    mistakes.append(Mistake(file, reader.line_num, words))
                    continue
                yield _Line(file, reader.line_num, dict(zip(names, row, strict=True)))
    except csv.Error as error:
        mistakes.append(Mistake(file, reader.line_num, f"it is no CSV: {error}"))
    if not names:
        mistakes.append(Mistake(file, 1, f"no column {', '.join(needed)}"))


def _each(
    school: SchoolFiles, lines: list[_Line], read: Callable[[SchoolFiles, _Line], None]
) -> None:
    for line in lines:
        try:
            read(school, line)
        except (ValueError, CoreError) as error:
            words = " ".join(str(error).split())
            school.mistakes.append(Mistake(line.file, line.number, words))


def _once(known: Mapping[T, object], key: T) -> None:
    if key in known:
        message = f"{key} stands here already, on an earlier line"
        raise ValueError(message)


def _pupil(school: SchoolFiles, line: _Line) -> None:
    pupil = PupilId(line.text("id"))
    _once(school.pupils, pupil)
    school.pupils[pupil] = Pupil(
        id=pupil,
        first_name=line.text("first_name"),
        last_name=line.text("last_name"),
        class_name=line.optional("class_name"),
        price_class=line.word("price_class", PriceClass, PriceClass.PUPIL),
        allergens=line.words("allergens", Allergen),
        diet=line.optional("diet"),
        language=line.word("language", Language, Language.FR),
    )


def _badge(school: SchoolFiles, line: _Line) -> None:
    pupil = PupilId(line.text("pupil"))
    if pupil not in school.pupils:
        message = f"pupil {pupil} is not in pupils.csv"
        raise ValueError(message)
    number, key = line.optional("number"), line.optional("key").lower()
    if bool(number) == bool(key):
        message = "write either the badge's number or its key"
        raise ValueError(message)
    credential = None if not number else _credential(line, number)
    known_key = None if number else _key(key)
    if any((one.credential, one.key) == (credential, known_key) for one in school.badges):
        message = "this badge stands here already, on an earlier line"
        raise ValueError(message)
    last4 = line.optional("last4") or (number or key)[-4:]
    state = line.word("state", BadgeState, BadgeState.ACTIVE)
    school.badges.append(FileBadge(credential, known_key, pupil, state, last4))


def _credential(line: _Line, number: str) -> Credential:
    wanted = line.optional("technology") or "iso14443a"
    for technology in Technology:
        if technology.word == wanted:
            break
    else:
        message = f"technology {wanted!r} is none of {', '.join(one.word for one in Technology)}"
        raise ValueError(message)
    try:
        value = bytes.fromhex(number)
    except ValueError as error:
        message = f"number {number!r} is not hexadecimal"
        raise ValueError(message) from error
    credential = Credential(technology, value)
    fault = identity_fault(credential)
    if fault is not None:
        message = f"number {number!r} is no identity: {fault.value}"
        raise ValueError(message)
    return credential


def _key(key: str) -> BadgeKey:
    if len(key) != 32 or any(letter not in "0123456789abcdef" for letter in key):  # noqa: PLR2004
        message = f"key {key!r} is not 32 hexadecimal digits"
        raise ValueError(message)
    return BadgeKey(key)


def _prices(school: SchoolFiles, lines: list[_Line]) -> dict[ProductId, dict[PriceClass, Money]]:
    prices: dict[ProductId, dict[PriceClass, Money]] = {}

    def read(_school: SchoolFiles, line: _Line) -> None:
        of = prices.setdefault(ProductId(line.text("product")), {})
        price_class = line.word("price_class", PriceClass)
        _once(of, price_class)
        price = parse_money(line.text("price"))
        if price.cents < 0:
            message = f"price {price.text()} is below zero"
            raise ValueError(message)
        of[price_class] = price

    _each(school, lines, read)
    return prices


def _product(
    prices: Mapping[ProductId, Mapping[PriceClass, Money]],
) -> Callable[[SchoolFiles, _Line], None]:
    def read(school: SchoolFiles, line: _Line) -> None:
        product = ProductId(line.text("id"))
        _once(school.products, product)
        vat = line.text("vat_permille")
        if not vat.isdecimal() or int(vat) > 1000:  # noqa: PLR2004  a rate of 100 %
            message = f"vat_permille {vat!r} is no rate in thousandths, as 60 for 6 %"
            raise ValueError(message)
        of = prices.get(product, {})
        if PriceClass.PUPIL not in of:
            message = f"prices.csv has no price of {product} for pupils"
            raise ValueError(message)
        school.products[product] = Product(
            id=product,
            name=line.text("name"),
            category=line.word("category", Category),
            vat_permille=int(vat),
            allergens=line.words("allergens", Allergen),
            prices=MappingProxyType(dict(of)),
        )

    return read


def _member(school: SchoolFiles, line: _Line) -> None:
    staff = StaffId(line.text("id"))
    _once(school.staff, staff)
    hashed = line.values.get("pin_hash", "").strip()
    if hashed and not hashed.startswith("$argon2id$"):
        message = "pin_hash is no argon2id hash in its PHC form; a PIN is never written here"
        raise ValueError(message)
    school.staff[staff] = StaffMember(
        id=staff, name=line.text("name"), pin_hash=hashed, rights=line.words("rights", Right)
    )


def _dish(school: SchoolFiles, line: _Line) -> None:
    day, product = line.day("day"), ProductId(line.text("product"))
    if product not in school.products:
        message = f"product {product} is not in products.csv, or is wrong there"
        raise ValueError(message)
    if (day, product) in school.menu:
        message = f"{product} is on the menu of {day} already, on an earlier line"
        raise ValueError(message)
    school.menu.append((day, product))


_SETTINGS: dict[str, tuple[str, Callable[[str], object]]] = {
    "id": ("", str),
    "name": ("", str),
    "address": (" ", str),
    "number": (" ", str),
    "zone": ("Europe/Brussels", ZoneInfo),
    "day_starts_at": ("00:00:00", time.fromisoformat),
    "orders_close_at": ("09:00:00", time.fromisoformat),
    "order_days_max": ("15", int),
    "closed_days": (" ", lambda text: [date.fromisoformat(one) for one in text.split()]),
}


def _read_settings(school: SchoolFiles, lines: list[_Line]) -> None:
    plain: dict[str, object] = dict(_DEFAULT_POLICY)

    def read(_school: SchoolFiles, line: _Line) -> None:
        key, value = line.text("key"), printable(line.values["value"])
        _once(school.settings, key)
        if key.startswith(_POLICY_PREFIX):
            plain[key.removeprefix(_POLICY_PREFIX)] = value
            school.settings[key] = value
            policy_from_plain(plain)
        elif key in _SETTINGS:
            _checked_setting(key, value)
            school.settings[key] = value
        else:
            message = f"there is no setting {key!r}; there are {', '.join(_SETTINGS)} and policy.…"
            raise ValueError(message)

    _each(school, lines, read)
    for key, (default, _) in _SETTINGS.items():
        if key not in school.settings:
            if not default and lines:
                school.mistakes.append(Mistake("school.csv", 0, f"{key} is missing"))
            school.settings[key] = default.strip()
    school.id = SchoolId(school.settings["id"])
    if not any(one.file == "school.csv" for one in school.mistakes):
        school.policy = policy_from_plain(plain)


def _checked_setting(key: str, value: str) -> None:
    if not value and not _SETTINGS[key][0].isspace():
        message = f"{key} is empty"
        raise ValueError(message)
    try:
        _SETTINGS[key][1](value)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        message = f"{key} {value!r} cannot be read"
        raise ValueError(message) from error
