"""The words on paper, in the four languages of a Belgian school."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from core.money import Money
from core.people import Language


@dataclass(frozen=True, slots=True)
class Words:
    """Every word a document prints, and how the language writes amounts and days.

    amount, negative: patterns with `{}` for the figures without a sign. day: for strftime.
    weekdays: Monday first.
    """

    decimal_mark: str
    amount: str
    negative: str
    day: str
    weekdays: tuple[str, ...]
    receipt: str
    terminal: str
    operator: str
    badge: str
    total: str
    collected: str
    paid_before: str
    from_general: str
    general_wallet: str
    reserve_wallet: str
    wallet_after: str
    provisional: str
    reference: str
    no_fiscal_receipt: str
    duplicate: str
    training: str
    thanks: str
    at_kiosk: str
    balance: str
    reservations: str
    no_reservation: str
    done: str
    requested: str
    requested_means: str
    cash_in: str
    cash_out: str
    amount_word: str
    tendered: str
    change: str
    signature: str
    drawer_event: str
    top_up: str
    beneficiary: str
    account: str
    communication: str
    suggested: str
    free_amount: str
    scan_to_pay: str
    transfer_takes: str
    invoice: str
    appointments: str
    room: str
    instalment: str
    already_paid: str
    to_pay: str
    due_on: str
    report_x: str
    report_z: str
    period: str
    opened: str
    closed: str
    meals_collected: str
    sales: str
    tenders: str
    vat: str
    vat_gross: str
    vat_amount: str
    corrections: str
    voids: str
    refunds: str
    drawer_openings: str
    duplicates_printed: str
    refused_taps: str
    cash: str
    cash_opening: str
    cash_expected: str
    cash_counted: str
    cash_difference: str
    receipts: str
    grand_total: str
    unsynced: str
    previous_hash: str
    none: str
    closing_note: str
    look_note: str
    self_test: str
    printer: str
    profile: str
    columns: str
    code_page: str
    completion: str
    fence_names: tuple[str, str, str]
    sample: str

    def money(self, amount: Money) -> str:
        """Return an amount as the language writes it."""
        pattern = self.negative if amount.cents < 0 else self.amount
        return pattern.format(Money(abs(amount.cents)).text(self.decimal_mark))

    def figures(self, amount: Money) -> str:
        """Return an amount without the currency, for columns."""
        return amount.text(self.decimal_mark)

    def on(self, day: date) -> str:
        """Return a day in figures."""
        return day.strftime(self.day)

    def weekday_on(self, day: date) -> str:
        """Return a day in figures with its weekday before it."""
        return f"{self.weekdays[day.weekday()]} {day.strftime(self.day[:5])}"

    def at(self, moment: datetime, *, zone_offset_minutes: int) -> str:
        """Return a moment as day, hour and minute on the school's own clock."""
        local = moment + timedelta(minutes=zone_offset_minutes)
        return f"{local.strftime(self.day)} {local.strftime('%H:%M')}"


FRENCH: Final = Words(
    decimal_mark=",",
    amount="{} €",
    negative="-{} €",
    day="%d/%m/%Y",
    weekdays=("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    receipt="Reçu n° {}",
    terminal="Borne",
    operator="Opérateur",
    badge="badge ..{}",
    total="TOTAL",
    collected="Repas servi",
    paid_before="Payé à la réservation",
    from_general="Débité du porte-monnaie général",
    general_wallet="Porte-monnaie général",
    reserve_wallet="Porte-monnaie de réserve",
    wallet_after="Solde après",
    provisional="* solde provisoire, à confirmer par l'école",
    reference="Référence",
    no_fiscal_receipt="Ne vaut pas ticket de caisse TVA",
    duplicate="DUPLICATA {}",
    training="TEST - SANS VALEUR",
    thanks="Bon appétit !",
    at_kiosk="Vos réservations et soldes",
    balance="Soldes",
    reservations="Réservations",
    no_reservation="Aucune réservation à venir",
    done="servi",
    requested="demandé",
    requested_means=("Demandé : l'école doit encore répondre. Rien n'est réservé ni payé."),
    cash_in="Versement en espèces",
    cash_out="Retrait en espèces",
    amount_word="Montant",
    tendered="Reçu en espèces",
    change="Rendu",
    signature="Signature",
    drawer_event="Tiroir-caisse",
    top_up="Rechargement",
    beneficiary="Bénéficiaire",
    account="Compte",
    communication="Communication structurée",
    suggested="Montant proposé",
    free_amount="Montant libre",
    scan_to_pay="À scanner avec l'application de votre banque",
    transfer_takes=(
        "Un virement arrive en 48 heures ou plus. Le solde change quand l'école l'a reçu."
    ),
    invoice="Facture",
    appointments="Rendez-vous",
    room="local {}",
    instalment="Tranche {} sur {}",
    already_paid="Déjà payé",
    to_pay="À PAYER",
    due_on="Pour le {}",
    report_x="RAPPORT X",
    report_z="RAPPORT Z n° {}",
    period="Période",
    opened="Début",
    closed="Fin",
    meals_collected="Repas réservés servis",
    sales="Ventes",
    tenders="Moyens de paiement",
    vat="TVA",
    vat_gross="Total TVAC",
    vat_amount="dont TVA",
    corrections="Contrôle",
    voids="Annulations",
    refunds="Remboursements",
    drawer_openings="Ouvertures du tiroir sans vente",
    duplicates_printed="Duplicatas imprimés",
    refused_taps="Passages refusés",
    cash="Caisse",
    cash_opening="Fonds de caisse",
    cash_expected="Attendu",
    cash_counted="Compté",
    cash_difference="Écart",
    receipts="Reçus n° {} à {}",
    grand_total="Total général depuis l'origine",
    unsynced="Faits pas encore envoyés",
    previous_hash="Empreinte du Z précédent",
    none="aucun",
    closing_note="Clôture de la période",
    look_note="Lecture sans clôture",
    self_test="Page de test",
    printer="Imprimante",
    profile="Profil",
    columns="Colonnes",
    code_page="Page de codes",
    completion="Confirmation d'impression",
    fence_names=("numéro de processus (GS ( H)", "état (GS r)", "aucune : regarder le papier"),
    sample="é è ê ç à œ ù ï € ß ü ñ É À Œ « » ’ – °",  # noqa: RUF001  they are what is tested
)

DUTCH: Final = Words(
    decimal_mark=",",
    amount="€ {}",
    negative="€ -{}",
    day="%d-%m-%Y",
    weekdays=("ma", "di", "wo", "do", "vr", "za", "zo"),
    receipt="Bewijs nr. {}",
    terminal="Terminal",
    operator="Bediening",
    badge="badge ..{}",
    total="TOTAAL",
    collected="Maaltijd afgehaald",
    paid_before="Betaald bij reservatie",
    from_general="Van de algemene portemonnee",
    general_wallet="Algemene portemonnee",
    reserve_wallet="Reserveportemonnee",
    wallet_after="Saldo erna",
    provisional="* voorlopig saldo, nog te bevestigen door de school",
    reference="Referentie",
    no_fiscal_receipt="Geldt niet als btw-kasticket",
    duplicate="DUPLICAAT {}",
    training="TEST - ZONDER WAARDE",
    thanks="Smakelijk!",
    at_kiosk="Je reservaties en saldo's",
    balance="Saldo's",
    reservations="Reservaties",
    no_reservation="Geen reservaties",
    done="afgehaald",
    requested="aangevraagd",
    requested_means=(
        "Aangevraagd: de school moet nog antwoorden. Niets is gereserveerd of betaald."
    ),
    cash_in="Storting in contanten",
    cash_out="Opname in contanten",
    amount_word="Bedrag",
    tendered="Contant ontvangen",
    change="Teruggegeven",
    signature="Handtekening",
    drawer_event="Kassalade",
    top_up="Portemonnee opladen",
    beneficiary="Begunstigde",
    account="Rekening",
    communication="Gestructureerde mededeling",
    suggested="Voorgesteld bedrag",
    free_amount="Bedrag naar keuze",
    scan_to_pay="Scan met de app van je bank",
    transfer_takes=(
        "Een overschrijving duurt 48 uur of langer. "
        "Het saldo verandert zodra de school het geld ontvangt."
    ),
    invoice="Factuur",
    appointments="Afspraken",
    room="lokaal {}",
    instalment="Schijf {} van {}",
    already_paid="Al betaald",
    to_pay="TE BETALEN",
    due_on="Tegen {}",
    report_x="X-RAPPORT",
    report_z="Z-RAPPORT nr. {}",
    period="Periode",
    opened="Begin",
    closed="Einde",
    meals_collected="Gereserveerde maaltijden afgehaald",
    sales="Verkoop",
    tenders="Betaalmiddelen",
    vat="Btw",
    vat_gross="Totaal incl.",
    vat_amount="waarvan btw",
    corrections="Controle",
    voids="Annuleringen",
    refunds="Terugbetalingen",
    drawer_openings="Kassalade open zonder verkoop",
    duplicates_printed="Duplicaten gedrukt",
    refused_taps="Geweigerde badges",
    cash="Kas",
    cash_opening="Wisselgeld",
    cash_expected="Verwacht",
    cash_counted="Geteld",
    cash_difference="Verschil",
    receipts="Bewijzen nr. {} tot {}",
    grand_total="Algemeen totaal sinds het begin",
    unsynced="Feiten nog niet verzonden",
    previous_hash="Vingerafdruk van de vorige Z",
    none="geen",
    closing_note="Afsluiting van de periode",
    look_note="Inzage zonder afsluiting",
    self_test="Testpagina",
    printer="Printer",
    profile="Profiel",
    columns="Kolommen",
    code_page="Codepagina",
    completion="Bevestiging van afdruk",
    fence_names=("procesnummer (GS ( H)", "status (GS r)", "geen: zelf nakijken"),
    sample="é è ë ï ç à œ € ß ü ñ ĳ É « » ’ – °",  # noqa: RUF001  they are what is tested
)

GERMAN: Final = Words(
    decimal_mark=",",
    amount="{} €",
    negative="-{} €",
    day="%d.%m.%Y",
    weekdays=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    receipt="Beleg Nr. {}",
    terminal="Terminal",
    operator="Bedienung",
    badge="Ausweis ..{}",
    total="SUMME",
    collected="Mahlzeit ausgegeben",
    paid_before="Bei der Reservierung bezahlt",
    from_general="Vom allgemeinen Guthaben",
    general_wallet="Allgemeines Guthaben",
    reserve_wallet="Reserveguthaben",
    wallet_after="Guthaben danach",
    provisional="* vorläufiges Guthaben, von der Schule zu bestätigen",
    reference="Referenz",
    no_fiscal_receipt="Gilt nicht als MwSt.-Kassenbeleg",
    duplicate="DUPLIKAT {}",
    training="TEST - OHNE WERT",
    thanks="Guten Appetit!",
    at_kiosk="Deine Reservierungen und Guthaben",
    balance="Guthaben",
    reservations="Reservierungen",
    no_reservation="Keine Reservierungen",
    done="abgeholt",
    requested="angefragt",
    requested_means=(
        "Angefragt: Die Schule muss noch antworten. Nichts ist reserviert oder bezahlt."
    ),
    cash_in="Bareinzahlung",
    cash_out="Barauszahlung",
    amount_word="Betrag",
    tendered="Bar erhalten",
    change="Rückgeld",
    signature="Unterschrift",
    drawer_event="Kassenlade",
    top_up="Guthaben aufladen",
    beneficiary="Empfänger",
    account="Konto",
    communication="Strukturierte Mitteilung",
    suggested="Vorgeschlagener Betrag",
    free_amount="Betrag frei wählbar",
    scan_to_pay="Mit der App Ihrer Bank scannen",
    transfer_takes=(
        "Eine Überweisung dauert 48 Stunden oder länger. "
        "Das Guthaben ändert sich, wenn die Schule das Geld erhält."
    ),
    invoice="Rechnung",
    appointments="Termine",
    room="Raum {}",
    instalment="Rate {} von {}",
    already_paid="Bereits bezahlt",
    to_pay="ZU ZAHLEN",
    due_on="Bis zum {}",
    report_x="X-BERICHT",
    report_z="Z-BERICHT Nr. {}",
    period="Zeitraum",
    opened="Beginn",
    closed="Ende",
    meals_collected="Reservierte Mahlzeiten ausgegeben",
    sales="Verkäufe",
    tenders="Zahlungsmittel",
    vat="MwSt.",
    vat_gross="Gesamt inkl.",
    vat_amount="davon MwSt.",
    corrections="Kontrolle",
    voids="Stornos",
    refunds="Erstattungen",
    drawer_openings="Lade offen ohne Verkauf",
    duplicates_printed="Gedruckte Duplikate",
    refused_taps="Abgelehnte Ausweise",
    cash="Kasse",
    cash_opening="Wechselgeld",
    cash_expected="Erwartet",
    cash_counted="Gezählt",
    cash_difference="Differenz",
    receipts="Belege Nr. {} bis {}",
    grand_total="Gesamtsumme seit Beginn",
    unsynced="Noch nicht gesendete Vorgänge",
    previous_hash="Fingerabdruck des vorigen Z",
    none="keiner",
    closing_note="Abschluss des Zeitraums",
    look_note="Einsicht ohne Abschluss",
    self_test="Testseite",
    printer="Drucker",
    profile="Profil",
    columns="Spalten",
    code_page="Zeichensatz",
    completion="Druckbestätigung",
    fence_names=("Prozessnummer (GS ( H)", "Status (GS r)", "keine: selbst nachsehen"),
    sample="ä ö ü ß Ä Ö Ü é è ç à œ € ñ « » „ “ – °",  # noqa: RUF001  they are what is tested
)

ENGLISH: Final = Words(
    decimal_mark=".",
    amount="€{}",
    negative="-€{}",
    day="%d/%m/%Y",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    receipt="Receipt no. {}",
    terminal="Terminal",
    operator="Operator",
    badge="badge ..{}",
    total="TOTAL",
    collected="Meal collected",
    paid_before="Paid when it was ordered",
    from_general="Taken from the general wallet",
    general_wallet="General wallet",
    reserve_wallet="Reserve wallet",
    wallet_after="Balance after",
    provisional="* provisional balance, to be confirmed by the school",
    reference="Reference",
    no_fiscal_receipt="Not a VAT cash register receipt",
    duplicate="DUPLICATE {}",
    training="TEST - NO VALUE",
    thanks="Enjoy your meal!",
    at_kiosk="Your orders and balances",
    balance="Balances",
    reservations="Orders",
    no_reservation="No orders to come",
    done="collected",
    requested="asked for",
    requested_means=("Asked for: the school has yet to answer. Nothing is reserved or paid."),
    cash_in="Cash paid in",
    cash_out="Cash paid out",
    amount_word="Amount",
    tendered="Cash received",
    change="Change given",
    signature="Signature",
    drawer_event="Cash drawer",
    top_up="Top up the wallet",
    beneficiary="Beneficiary",
    account="Account",
    communication="Structured communication",
    suggested="Suggested amount",
    free_amount="Any amount",
    scan_to_pay="Scan it with your banking app",
    transfer_takes=(
        "A transfer takes 48 hours or more. The balance changes when the school has received it."
    ),
    invoice="Invoice",
    appointments="Appointments",
    room="room {}",
    instalment="Instalment {} of {}",
    already_paid="Already paid",
    to_pay="TO PAY",
    due_on="By {}",
    report_x="X REPORT",
    report_z="Z REPORT no. {}",
    period="Period",
    opened="From",
    closed="To",
    meals_collected="Ordered meals collected",
    sales="Sales",
    tenders="Means of payment",
    vat="VAT",
    vat_gross="Total incl.",
    vat_amount="of which VAT",
    corrections="Control",
    voids="Voids",
    refunds="Refunds",
    drawer_openings="Drawer opened without a sale",
    duplicates_printed="Duplicates printed",
    refused_taps="Refused taps",
    cash="Cash",
    cash_opening="Opening float",
    cash_expected="Expected",
    cash_counted="Counted",
    cash_difference="Difference",
    receipts="Receipts no. {} to {}",
    grand_total="Grand total since the start",
    unsynced="Facts not sent yet",
    previous_hash="Fingerprint of the previous Z",
    none="none",
    closing_note="Closing of the period",
    look_note="A look, nothing is closed",
    self_test="Test page",
    printer="Printer",
    profile="Profile",
    columns="Columns",
    code_page="Code page",
    completion="Proof of printing",
    fence_names=("process number (GS ( H)", "status (GS r)", "none: look at the paper"),
    sample="é è ê ç à œ € ß ü ñ « » ’ – °",  # noqa: RUF001  they are what is tested
)

_WORDS: Final = {
    Language.FR: FRENCH,
    Language.NL: DUTCH,
    Language.DE: GERMAN,
    Language.EN: ENGLISH,
}


def words_in(language: Language) -> Words:
    """Return the words of a language."""
    return _WORDS[language]
