"""A till whose copy knows staff, drinks and cash: what a screen's commands need."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from argon2 import PasswordHasher
from canteen import NOON, POLICY
from journal_rig import SCHOOL, meta, write_copy
from till_rig import SCHOOL_KEY, Counter, badge_of, card, order_of, pupil_of

from core.catalogue import Category, Product
from core.ids import ProductId, PupilId, StaffId
from core.limits import Limits
from core.money import Money
from core.orders import OrderState
from core.people import Allergen, PriceClass
from core.policy import Policy
from core.staff import Right, StaffMember, pin_secret
from core.tap import badge_key
from offline_cache.snapshot import Snapshot
from terminal.commands import SignIn, parse_command
from terminal.settlement import use_copy
from terminal.sign_in import PinQuestion

WATER = Product(
    ProductId("water"),
    "Eau",
    Category.DRINK,
    60,
    frozenset(),
    MappingProxyType({PriceClass.PUPIL: Money(80), PriceClass.GUEST: Money(100)}),
)
CAKE = Product(
    ProductId("cake"),
    "Gâteau",
    Category.SNACK,
    210,
    frozenset({Allergen.GLUTEN}),
    MappingProxyType({PriceClass.PUPIL: Money(150), PriceClass.TEACHER: Money(200)}),
)
CASH_POLICY = replace(POLICY, takes_cash=True, top_up_max=Money(5000))
FATIMA_BADGE, NOOR_BADGE = card(70), card(71)
PINS: Mapping[str, str] = {"fatima": "4711", "noor": "0815"}


@cache
def member(name: str, *rights: Right) -> StaffMember:
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    secret = pin_secret(StaffId(name), PINS[name], pepper=SCHOOL_KEY)
    return StaffMember(StaffId(name), name.title(), hasher.hash(secret), frozenset(rights))


def fatima() -> StaffMember:
    return member("fatima", *Right)


def noor() -> StaffMember:
    return member("noor", Right.SELL)


def staffed_copy(path: Path, **changes: object) -> Path:
    """Write the copy of the school of six, with a till's staff, drinks and cash.

    Farid's parents want to be asked about allergens; Bob may have two waters a day, and 10 euros.
    """
    about = {"settled": (0, 0), "policy": CASH_POLICY, "made_at": NOON} | changes
    path.unlink(missing_ok=True)
    return write_copy(
        path,
        pupils=[pupil_of(n, *([Allergen.GLUTEN] if n == 6 else [])) for n in range(1, 7)],
        badges=[badge_of(n) for n in range(1, 7)],
        orders=[order_of(1), order_of(5, OrderState.CANCELLED), order_of(6)],
        about=meta(**about),
        products=(WATER, CAKE),
        staff={
            fatima(): badge_key(FATIMA_BADGE, school_key=SCHOOL_KEY),
            noor(): badge_key(NOOR_BADGE, school_key=SCHOOL_KEY),
        },
        limits={
            PupilId("p6"): Limits(asks_allergens=True),
            PupilId("p2"): Limits(daily_max=Money(1000), product_max={WATER.id: 2}),
        },
    )


class StaffedCounter(Counter):
    """A till with commands: the test says what staff do, and gets the answer."""

    def __init__(self, folder: Path, **parts: Any) -> None:
        super().__init__(folder, **parts)
        self._numbers = itertools.count(1)

    def learn_staffed(self, policy: Policy = CASH_POLICY, **changes: object) -> None:
        path = staffed_copy(self.copy_path, policy=policy, **changes)
        use_copy(Snapshot.open(path, school_id=SCHOOL), self.knowledge, self.recorder)

    def command(self, word: str, *, name: str | None = None, **fields: object) -> dict[str, Any]:
        """Give a command as a screen does, through the same door; return its answer.

        name: what the screen calls it, to send it twice.
        """
        body = {"command": word, "id": name or f"c{next(self._numbers)}", **fields}
        command = parse_command(json.dumps(body).encode())
        self.service.sign_in.touch()
        return dict(self.service.clerk.do(command))

    def sign_in(self, pin: str = "4711", staff: str = "fatima") -> dict[str, Any]:
        """Type a PIN; the test's thread is the one that looks at it, too."""
        body = {"command": "sign_in", "id": f"c{next(self._numbers)}", "staff": staff, "pin": pin}
        command = parse_command(json.dumps(body).encode())
        assert isinstance(command, SignIn)
        asked = self.service.sign_in.question(command)
        if not isinstance(asked, PinQuestion):
            return dict(asked)
        is_right = self.service.pins.is_right(command.staff_id, command.pin, asked.pin_hash)
        return dict(self.service.sign_in.answer(command, is_right=is_right))

    def facts(self) -> list[str]:
        """Return the kinds of what is on the disk."""
        return [kind for _, kind in self.durable()]


def by_tap(outcome: Mapping[str, Any]) -> dict[str, str]:
    """Return the customer who laid down a badge."""
    return {"tap": outcome["tap"]}


def items(*products: Product, quantity: int = 1) -> list[dict[str, object]]:
    return [{"product": product.id, "quantity": quantity} for product in products]
