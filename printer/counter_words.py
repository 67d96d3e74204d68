"""The words of a till's papers beyond the plain receipt: what was taken back, and the closing.

Categories, means of payment and price classes come as the words of `core`; here they get the
words that people read. What stands in no table is the school's own and is printed as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.people import Language


@dataclass(frozen=True, slots=True)
class CounterWords:
    """names: of categories, tenders and price classes, by the words of `core`.

    corrects: with `{}` for the number of the receipt that is taken back.
    """

    names: Mapping[str, str]
    void: str
    meal_void: str
    refund: str
    top_up: str
    corrects: str
    back_to: Mapping[str, str]
    paid_by: Mapping[str, str]
    price_classes: str
    top_ups: str
    settled_later: str
    meals_voided: str
    not_collected: str
    events: str
    head_hash: str
    since_origin: str

    def name(self, word: str) -> str:
        """Return what a word of `core` is called; any other word as it is."""
        return self.names.get(word, word)


_FRENCH: Final = CounterWords(
    names={
        "meal": "Repas",
        "sandwich": "Sandwichs",
        "drink": "Boissons",
        "snack": "Collations",
        "other": "Divers",
        "wallet": "Porte-monnaie général",
        "cash": "Espèces",
        "later": "À régler par l'économat",
        "pupil": "Tarif élève",
        "reduced": "Tarif réduit",
        "teacher": "Tarif enseignant",
        "guest": "Tarif invité",
    },
    void="ANNULATION",
    meal_void="REPAS ANNULÉ",
    refund="REMBOURSEMENT",
    top_up="RECHARGEMENT",
    corrects="Corrige le reçu n° {}",
    back_to={
        "wallet": "Rendu au porte-monnaie général",
        "cash": "Rendu en espèces",
        "later": "N'est plus à régler",
    },
    paid_by={
        "wallet": "Débité du porte-monnaie général",
        "cash": "Payé en espèces",
        "later": "À régler par l'économat",
    },
    price_classes="Tarifs",
    top_ups="Rechargements en espèces",
    settled_later="À régler par l'économat",
    meals_voided="Repas réservés annulés",
    not_collected="Repas réservés non retirés",
    events="Faits",
    head_hash="Empreinte du dernier fait",
    since_origin="depuis l'origine",
)
_DUTCH: Final = CounterWords(
    names={
        "meal": "Maaltijden",
        "sandwich": "Broodjes",
        "drink": "Drank",
        "snack": "Snacks",
        "other": "Overige",
        "wallet": "Algemene portemonnee",
        "cash": "Contant",
        "later": "Te regelen door de boekhouding",
        "pupil": "Leerlingtarief",
        "reduced": "Verlaagd tarief",
        "teacher": "Leerkrachttarief",
        "guest": "Gasttarief",
    },
    void="ANNULERING",
    meal_void="MAALTIJD GEANNULEERD",
    refund="TERUGBETALING",
    top_up="OPLADING",
    corrects="Verbetert bewijs nr. {}",
    back_to={
        "wallet": "Terug naar de algemene portemonnee",
        "cash": "Contant terugbetaald",
        "later": "Niet meer te regelen",
    },
    paid_by={
        "wallet": "Van de algemene portemonnee",
        "cash": "Contant betaald",
        "later": "Te regelen door de boekhouding",
    },
    price_classes="Tarieven",
    top_ups="Contante opladingen",
    settled_later="Te regelen door de boekhouding",
    meals_voided="Geannuleerde maaltijden",
    not_collected="Niet afgehaalde maaltijden",
    events="Feiten",
    head_hash="Vingerafdruk van het laatste feit",
    since_origin="sinds het begin",
)
_GERMAN: Final = CounterWords(
    names={
        "meal": "Mahlzeiten",
        "sandwich": "Belegte Brote",
        "drink": "Getränke",
        "snack": "Imbiss",
        "other": "Sonstiges",
        "wallet": "Allgemeines Guthaben",
        "cash": "Bar",
        "later": "Vom Schulbüro zu regeln",
        "pupil": "Schülerpreis",
        "reduced": "Ermäßigter Preis",
        "teacher": "Lehrerpreis",
        "guest": "Gästepreis",
    },
    void="STORNO",
    meal_void="MAHLZEIT STORNIERT",
    refund="ERSTATTUNG",
    top_up="AUFLADUNG",
    corrects="Berichtigt Beleg Nr. {}",
    back_to={
        "wallet": "Zurück auf das allgemeine Guthaben",
        "cash": "Bar erstattet",
        "later": "Nicht mehr zu regeln",
    },
    paid_by={
        "wallet": "Vom allgemeinen Guthaben",
        "cash": "Bar bezahlt",
        "later": "Vom Schulbüro zu regeln",
    },
    price_classes="Preisklassen",
    top_ups="Bare Aufladungen",
    settled_later="Vom Schulbüro zu regeln",
    meals_voided="Stornierte Mahlzeiten",
    not_collected="Nicht abgeholte Mahlzeiten",
    events="Fakten",
    head_hash="Fingerabdruck des letzten Fakts",
    since_origin="seit Beginn",
)
_ENGLISH: Final = CounterWords(
    names={
        "meal": "Meals",
        "sandwich": "Sandwiches",
        "drink": "Drinks",
        "snack": "Snacks",
        "other": "Other",
        "wallet": "General wallet",
        "cash": "Cash",
        "later": "For the bursar to settle",
        "pupil": "Pupils' prices",
        "reduced": "Reduced prices",
        "teacher": "Teachers' prices",
        "guest": "Guests' prices",
    },
    void="VOID",
    meal_void="MEAL VOIDED",
    refund="REFUND",
    top_up="TOP-UP",
    corrects="Corrects receipt no. {}",
    back_to={
        "wallet": "Back to the general wallet",
        "cash": "Paid back in cash",
        "later": "No longer to be settled",
    },
    paid_by={
        "wallet": "Taken from the general wallet",
        "cash": "Paid in cash",
        "later": "For the bursar to settle",
    },
    price_classes="Price classes",
    top_ups="Cash top-ups",
    settled_later="For the bursar to settle",
    meals_voided="Ordered meals voided",
    not_collected="Ordered meals not collected",
    events="Events",
    head_hash="Fingerprint of the last event",
    since_origin="since the origin",
)

COUNTER_WORDS: Final[Mapping[Language, CounterWords]] = {
    Language.FR: _FRENCH,
    Language.NL: _DUTCH,
    Language.DE: _GERMAN,
    Language.EN: _ENGLISH,
}
