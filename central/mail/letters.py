"""What letters say, in their reader's language: no name and no amount where others look.

A subject is read on locked screens, and kept in the servers' logs; what happened stands inside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote, urlencode, urlsplit

from central.families.contact import Contact
from central.families.news import ChildNews
from central.pages.users import User
from central.pages.voice import Voice


@dataclass(frozen=True, slots=True)
class Desk:
    """What every letter of a centre needs.

    address: of the centre's pages, for links. origin: whom a letter is from. entropy: for the
    name that each letter has.
    """

    address: str
    origin: str
    entropy: Callable[[int], bytes]
    now: datetime


def reset_letter(desk: Desk, contact: Contact, voice: Voice, user: User, code: str) -> EmailMessage:
    """Return the letter with a code for a new password."""
    asked = urlencode({"name": user.name, "code": code, "language": user.language.value})
    lines = (
        voice.say("mail.hello"),
        voice.say("mail.reset"),
        f"{desk.address}/welcome?{asked}",
        voice.say("mail.reset_until"),
        voice.say("mail.reset_not_you"),
    )
    return _letter(desk, contact, voice.say("mail.reset_subject"), lines)


def confirm_letter(desk: Desk, contact: Contact, voice: Voice) -> EmailMessage:
    """Return the letter that asks whether an address is the reader's."""
    lines = (
        voice.say("mail.hello"),
        voice.say("mail.confirm"),
        f"{desk.address}/mail/{quote(contact.word)}/confirm",
        voice.say("mail.confirm_not_you"),
    )
    return _letter(desk, contact, voice.say("mail.confirm_subject"), lines)


def digest_letter(
    desk: Desk, contact: Contact, voice: Voice, news: Sequence[ChildNews]
) -> EmailMessage:
    """Return the letter that tells what happened since the last one."""
    stop = f"{desk.address}/mail/{quote(contact.word)}/stop"
    lines = [voice.say("mail.hello"), voice.say("mail.digest")]
    lines += [_child(voice, one) for one in news]
    lines += [
        voice.say("mail.digest_more", address=f"{desk.address}/family"),
        voice.say("mail.digest_stop", address=stop),
    ]
    letter = _letter(desk, contact, voice.say("mail.digest_subject"), lines)
    # RFC 8058: mail programs offer a button of their own; a click on it sends a form to this.
    letter["List-Unsubscribe"] = f"<{stop}>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return letter


def _child(voice: Voice, news: ChildNews) -> str:
    lines = [news.first_name]
    for one in news.movements:
        what = voice.term("entry", one.entry.kind) + (
            f" \N{EN DASH} {one.what}" if one.what else ""
        )
        where = f" \N{EN DASH} {one.entry.place}" if one.entry.place else ""
        moment, amount = voice.moment(one.entry.at), voice.money(one.entry.change)
        lines.append(f"  {moment}  {what}{where}  {amount}")
    for present in news.presences:
        where = f" \N{EN DASH} {present.terminal}"
        lines.append(f"  {voice.moment(present.entered_at)}  {present.session_name}{where}")
    for late in news.arrivals:
        minutes = voice.number(late.late_minutes)
        said = voice.say("family.late_by", time=voice.time(late.arrived_at), n=minutes)
        lines.append(f"  {voice.moment(late.arrived_at)}  {said}")
    lines.append(f"  {voice.say('wallet.general')}: {voice.money(news.wallets.general)}")
    return "\n".join(lines)


def _letter(desk: Desk, contact: Contact, subject: str, paragraphs: Sequence[str]) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = Address("Refectory", addr_spec=desk.origin)
    letter["To"] = Address(addr_spec=contact.address)
    letter["Subject"] = subject
    letter["Date"] = format_datetime(desk.now)
    domain = urlsplit(desk.address).hostname or "localhost"
    letter["Message-ID"] = f"<{desk.entropy(16).hex()}@{domain}>"
    # RFC 3834: nobody's absence notice answers.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content("\n\n".join(paragraphs) + "\n")
    return letter
