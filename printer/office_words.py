"""The words of what the bursar's terminal prints, in the languages of a Belgian school."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.kinds import EventKind
from core.people import Language


@dataclass(frozen=True, slots=True)
class OfficeWords:
    """Words of four papers: an amount moved, a ticket for the day, an access, an account.

    into_general, into_reserve: titles of the first. known_here: what an account says that was made
    without the centre.
    """

    into_general: str
    into_reserve: str
    amount: str
    general: str
    reserve: str
    staff: str
    reference: str
    provisional: str
    ticket: str
    holds_on: str
    ticket_use: str
    access: str
    user: str
    until: str
    access_use: str
    access_once: str
    account: str
    period: str
    no_movement: str
    general_change: str
    reserve_change: str
    known_here: str
    more: str
    reserve_mark: str
    kinds: Mapping[EventKind, str]


def _kinds(*words: str) -> Mapping[EventKind, str]:
    """Return the words of what moves a wallet, in the order of `_MOVING`."""
    return dict(zip(_MOVING, words, strict=True))


_MOVING: Final = (
    EventKind.SALE_MADE,
    EventKind.WALLET_TOPPED_UP,
    EventKind.SALE_VOIDED,
    EventKind.TOP_UP_VOIDED,
    EventKind.SALE_REFUNDED,
    EventKind.STUDY_ENTERED,
    EventKind.RESERVE_MOVED,
)
_WORDS: Final = {
    Language.FR: OfficeWords(
        into_general="RÉSERVE > GÉNÉRAL",
        into_reserve="GÉNÉRAL > RÉSERVE",
        amount="Montant transféré",
        general="Porte-monnaie général",
        reserve="Porte-monnaie de réserve",
        staff="Fait par",
        reference="Référence",
        provisional="* à confirmer par le service central",
        ticket="TICKET DU JOUR",
        holds_on="Valable le",
        ticket_use="Badge oublié : montrez ce code au lecteur de la caisse. Valable ce jour seul.",
        access="ACCÈS DES PARENTS",
        user="Nom d'utilisateur",
        until="Code valable jusqu'au",
        access_use="Choisissez votre mot de passe avec ce nom et ce code, à l'adresse :",
        access_once="Ce code ne sert qu'une fois et n'est conservé nulle part.",
        account="RELEVÉ DE COMPTE",
        period="Période",
        no_movement="Aucun mouvement.",
        general_change="Total général",
        reserve_change="Total réserve",
        known_here="Sans le service central : seulement ce que ce terminal sait.",
        more="… et {} autres lignes",
        reserve_mark="réserve",
        kinds=_kinds(
            "Vente",
            "Recharge",
            "Annulation",
            "Recharge annulée",
            "Remboursement",
            "Étude",
            "Réserve <> général",
        ),
    ),
    Language.NL: OfficeWords(
        into_general="RESERVE > ALGEMEEN",
        into_reserve="ALGEMEEN > RESERVE",
        amount="Overgeboekt bedrag",
        general="Algemene portemonnee",
        reserve="Reserveportemonnee",
        staff="Gedaan door",
        reference="Referentie",
        provisional="* te bevestigen door de centrale dienst",
        ticket="DAGTICKET",
        holds_on="Geldig op",
        ticket_use="Badge vergeten: toon deze code aan de kassalezer. Enkel die dag geldig.",
        access="TOEGANG VOOR OUDERS",
        user="Gebruikersnaam",
        until="Code geldig tot",
        access_use="Kies uw wachtwoord met deze naam en deze code, op het adres:",
        access_once="Deze code werkt één keer en wordt nergens bewaard.",
        account="REKENINGOVERZICHT",
        period="Periode",
        no_movement="Geen verrichtingen.",
        general_change="Totaal algemeen",
        reserve_change="Totaal reserve",
        known_here="Zonder de centrale dienst: enkel wat deze terminal weet.",
        more="… en nog {} regels",
        reserve_mark="reserve",
        kinds=_kinds(
            "Verkoop",
            "Opladen",
            "Annulering",
            "Opladen geannuleerd",
            "Terugbetaling",
            "Studie",
            "Reserve <> algemeen",
        ),
    ),
    Language.DE: OfficeWords(
        into_general="RESERVE > ALLGEMEIN",
        into_reserve="ALLGEMEIN > RESERVE",
        amount="Umgebuchter Betrag",
        general="Allgemeines Guthaben",
        reserve="Reserveguthaben",
        staff="Erledigt von",
        reference="Referenz",
        provisional="* von der Zentrale zu bestätigen",
        ticket="TAGESTICKET",
        holds_on="Gültig am",
        ticket_use="Ausweis vergessen: Code am Leser der Kasse zeigen. Nur an diesem Tag gültig.",
        access="ZUGANG FÜR ELTERN",
        user="Benutzername",
        until="Code gültig bis",
        access_use="Wählen Sie mit Name und Code Ihr Passwort, unter der Adresse:",
        access_once="Der Code gilt nur einmal und wird nirgends aufbewahrt.",
        account="KONTOAUSZUG",
        period="Zeitraum",
        no_movement="Keine Bewegungen.",
        general_change="Summe allgemein",
        reserve_change="Summe Reserve",
        known_here="Ohne die Zentrale: nur was dieses Terminal weiß.",
        more="… und {} weitere Zeilen",
        reserve_mark="Reserve",
        kinds=_kinds(
            "Verkauf",
            "Aufladung",
            "Storno",
            "Aufladung storniert",
            "Erstattung",
            "Betreuung",
            "Reserve <> allgemein",
        ),
    ),
    Language.EN: OfficeWords(
        into_general="RESERVE > GENERAL",
        into_reserve="GENERAL > RESERVE",
        amount="Amount moved",
        general="General wallet",
        reserve="Reserve wallet",
        staff="Done by",
        reference="Reference",
        provisional="* to be confirmed by the central service",
        ticket="TICKET OF THE DAY",
        holds_on="Valid on",
        ticket_use="Badge forgotten: show this code to the till's reader. Valid on this day only.",
        access="ACCESS FOR PARENTS",
        user="User name",
        until="Code valid until",
        access_use="Choose your password with this name and this code, at the address:",
        access_once="The code works once and is kept nowhere.",
        account="STATEMENT OF ACCOUNT",
        period="Period",
        no_movement="No movement.",
        general_change="Total general",
        reserve_change="Total reserve",
        known_here="Without the central service: only what this terminal knows.",
        more="… and {} more lines",
        reserve_mark="reserve",
        kinds=_kinds(
            *("Sale", "Top-up", "Void", "Top-up void", "Refund", "Study", "Reserve <> general"),
        ),
    ),
}


def office_words(language: Language) -> OfficeWords:
    """Return the words in a language."""
    return _WORDS[language]
