"""A policy as plain values: as a copy carries it, as the centre keeps it, as an office edits it.

Amounts are whole cents, lengths whole seconds. Keys are only added: one that an older centre leaves
out means what held before there was a choice.
"""

from collections.abc import Mapping
from datetime import time, timedelta
from types import MappingProxyType

from core.catalogue import Category
from core.codec import Plain
from core.ids import ProductId
from core.money import Money
from core.policy import REQUEST_GRACE, SCHOOL_BEGINS_AT, Policy, WalkIn
from core.sale_facts import Circumstance
from core.tap import Assurance

_BEGINS = SCHOOL_BEGINS_AT.isoformat("minutes")
_GRACE_S = REQUEST_GRACE // timedelta(seconds=1)


def policy_plain(policy: Policy) -> Plain:
    """Return a policy as plain values, whole seconds and cents: as stored by the centre too."""
    return {
        "version": policy.version,
        "walk_in": policy.walk_in.value,
        "walk_in_product": policy.walk_in_product or "",
        "overdraft_max_cents": policy.overdraft_max.cents,
        "sale_max_cents": policy.sale_max.cents,
        "pupil_offline_max_cents": policy.pupil_offline_max.cents,
        "terminal_offline_max_cents": policy.terminal_offline_max.cents,
        "terminal_offline_count_max": policy.terminal_offline_count_max,
        "snapshot_warn_s": policy.snapshot_warn // timedelta(seconds=1),
        "snapshot_stop_s": policy.snapshot_stop // timedelta(seconds=1),
        "assurance_min_collect": policy.assurance_min_collect.value,
        "assurance_min_sale": policy.assurance_min_sale.value,
        "print_collected": int(policy.print_collected),
        "print_sales": int(policy.print_sales),
        "answers": _answers_text(policy.answers),
        "settle_max_cents": policy.settle_max.cents,
        "takes_cash": int(policy.takes_cash),
        "top_up_max_cents": policy.top_up_max.cents,
        "needs_sign_in": int(policy.needs_sign_in),
        "shows_balance": int(policy.shows_balance),
        "request_grace_s": policy.request_grace // timedelta(seconds=1),
        "study_below_zero": int(policy.study_below_zero),
        "school_begins_at": policy.school_begins_at.isoformat("minutes"),
        "asks_late_why": int(policy.asks_late_why),
        "prints_late": int(policy.prints_late),
    }


def policy_from_plain(plain: Mapping[str, object]) -> Policy:
    """Return the policy that plain values (or their texts) describe.

    Raises KeyError or ValueError, with the key or the value.
    """

    def whole(key: str, default: int | None = None) -> int:
        if default is not None and key not in plain:
            return default  # a centre of an older version
        number = int(str(plain[key]))
        if number < 0:
            # Limits are amounts and lengths: a negative one would be a riddle at the till.
            message = f"policy {key} is {number}, and a limit is not negative"
            raise ValueError(message)
        return number

    return Policy(
        version=whole("version"),
        walk_in=WalkIn(str(plain["walk_in"])),
        walk_in_product=ProductId(str(plain["walk_in_product"])) or None,
        overdraft_max=Money(whole("overdraft_max_cents")),
        sale_max=Money(whole("sale_max_cents")),
        pupil_offline_max=Money(whole("pupil_offline_max_cents")),
        terminal_offline_max=Money(whole("terminal_offline_max_cents")),
        terminal_offline_count_max=whole("terminal_offline_count_max"),
        snapshot_warn=timedelta(seconds=whole("snapshot_warn_s")),
        snapshot_stop=timedelta(seconds=whole("snapshot_stop_s")),
        assurance_min_collect=Assurance(whole("assurance_min_collect")),
        assurance_min_sale=Assurance(whole("assurance_min_sale")),
        print_collected=bool(whole("print_collected")),
        print_sales=bool(whole("print_sales")),
        answers=_answers(str(plain.get("answers", ""))),
        settle_max=Money(whole("settle_max_cents", 0)),
        takes_cash=bool(whole("takes_cash", 0)),
        top_up_max=Money(whole("top_up_max_cents", 0)),
        needs_sign_in=bool(whole("needs_sign_in", 1)),
        shows_balance=bool(whole("shows_balance", 0)),
        request_grace=timedelta(seconds=whole("request_grace_s", _GRACE_S)),
        study_below_zero=bool(whole("study_below_zero", 1)),
        school_begins_at=time.fromisoformat(str(plain.get("school_begins_at", _BEGINS))),
        asks_late_why=bool(whole("asks_late_why", 1)),
        prints_late=bool(whole("prints_late", 1)),
    )


def _answers_text(answers: Mapping[tuple[Circumstance, Category], WalkIn]) -> str:
    """Return answers as text: `low_balance:meal=settle,stale_copy:drink=sell`."""
    return ",".join(
        sorted(f"{met}:{category}={answer}" for (met, category), answer in answers.items())
    )


def _answers(text: str) -> Mapping[tuple[Circumstance, Category], WalkIn]:
    answers = {}
    for part in text.split(","):
        if not part:
            continue
        case, _, answer = part.partition("=")
        met, _, category = case.partition(":")
        answers[(Circumstance(met), Category(category))] = WalkIn(answer)
    return MappingProxyType(answers)
