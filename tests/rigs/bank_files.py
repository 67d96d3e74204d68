"""Bank files as banks write them, from a few payments: camt.053 in any version, and CODA."""

from dataclasses import dataclass
from datetime import date

SCHOOL_IBAN = "BE68539007547034"
DAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Paid:
    """One movement. cents: negative when it left the account."""

    cents: int
    communication: str = ""
    text: str = ""
    reference: str = ""
    payer: str = "Ouders Peeters"
    state: str = "BOOK"
    is_reversal: bool = False


def camt(
    *payments: Paid,
    version: str = "02",
    iban: str = SCHOOL_IBAN,
    day: date = DAY,
    statement: str = "2026-117",
    opening: int = 100_000,
    closing: int | None = None,
) -> bytes:
    """Return a camt.053 file with one statement."""
    moved = sum(one.cents for one in payments if one.state == "BOOK")
    closing = opening + moved if closing is None else closing
    entries = "".join(_entry(one, version, day) for one in payments)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>{statement}</Id>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{_balance("OPBD", opening)}{_balance("CLBD", closing)}
{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def euro(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _word(cents: int) -> str:
    return "CRDT" if cents >= 0 else "DBIT"


def _balance(word: str, cents: int) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{word}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{euro(cents)}</Amt><CdtDbtInd>{_word(cents)}</CdtDbtInd></Bal>\n'
    )


def _entry(one: Paid, version: str, day: date) -> str:
    is_late = int(version) >= 8
    state = f"<Cd>{one.state}</Cd>" if is_late else one.state
    party = f"<Pty><Nm>{one.payer}</Nm></Pty>" if is_late else f"<Nm>{one.payer}</Nm>"
    structured = (
        "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp>"
        f"<Ref>{one.communication}</Ref></CdtrRefInf></Strd>"
        if one.communication
        else ""
    )
    free = f"<Ustrd>{one.text}</Ustrd>" if one.text else ""
    reference = f"<AcctSvcrRef>{one.reference}</AcctSvcrRef>" if one.reference else ""
    reversal = "<RvslInd>true</RvslInd>" if one.is_reversal else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{euro(one.cents)}</Amt><CdtDbtInd>{_word(one.cents)}</CdtDbtInd>'
        f"{reversal}<Sts>{state}</Sts><BookgDt><Dt>{day.isoformat()}</Dt></BookgDt>{reference}"
        f"<NtryDtls><TxDtls><RltdPties><Dbtr>{party}</Dbtr><DbtrAcct><Id>"
        "<IBAN>BE71096123456769</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf>{structured}{free}</RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def coda(
    *payments: Paid,
    iban: str = SCHOOL_IBAN,
    day: date = DAY,
    sequence: str = "117",
    opening: int = 100_000,
    closing: int | None = None,
) -> bytes:
    """Return a CODA file with one statement: records 0, 1, 2.1 to 2.3, 8 and 9."""
    closing = opening + sum(one.cents for one in payments) if closing is None else closing
    date_text = f"{day:%d%m%y}"
    account = f"{iban:<34}EUR"
    records = [
        _line("0", "0000", date_text, "725", "05", " " * 8, f"{'M1':<10}", f"{'School':<26}",
              f"{'KREDBEBB':<11}", "00630366277", " ", "00000", " " * 16, " " * 16, " " * 7, "2"),
        _line("1", "2", sequence, account, *_signed(opening), date_text, f"{'School':<26}",
              f"{'Account':<35}", sequence),
    ]  # fmt: skip
    for number, one in enumerate(payments, start=1):
        records += _movement(number, one, date_text)
    records.append(_line("8", sequence, account, *_signed(closing), date_text))
    debit = -sum(one.cents for one in payments if one.cents < 0)
    credit = sum(one.cents for one in payments if one.cents > 0)
    count = len(records) - 1
    records.append(
        _line("9", " " * 15, f"{count:06d}", f"{debit * 10:015d}", f"{credit * 10:015d}",
              " " * 75, "2")
    )  # fmt: skip
    return "".join(f"{record}\r\n" for record in records).encode("windows-1252")


def _movement(number: int, one: Paid, date_text: str) -> list[str]:
    place = f"{number:04d}0000"
    said = f"1101{one.communication}" if one.communication else f"0{one.text}"
    said = f"{said:<150}"
    return [
        _line("21", place, f"{one.reference[:21]:<21}", *_signed(one.cents), date_text, "00150000",
              said[:54], date_text, "117", "0", "1", " ", "0"),
        _line("22", place, said[54:107], " " * 35, " " * 11, " " * 16, "1", " ", "0"),
        _line("23", place, f"{'BE71096123456769':<34}EUR", f"{one.payer:<35}", said[107:150],
              "0", " ", "0"),
    ]  # fmt: skip


def _signed(cents: int) -> tuple[str, str]:
    return ("1" if cents < 0 else "0", f"{abs(cents) * 10:015d}")


def _line(*parts: str) -> str:
    line = "".join(parts).ljust(128)
    assert len(line) == 128, f"{len(line)}: {line}"
    return line
