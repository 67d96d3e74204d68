"""Pupils and their badges, as a terminal knows them."""

from enum import StrEnum

from core.ids import BadgeKey, PupilId
from core.value import Value


class PriceClass(StrEnum):
    """Which price a person pays; never shown to others."""

    PUPIL = "pupil"
    REDUCED = "reduced"
    TEACHER = "teacher"
    GUEST = "guest"


class Allergen(StrEnum):
    """The fourteen allergens of Regulation (EU) 1169/2011, Annex II, in its order."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOYBEANS = "soybeans"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


class Language(StrEnum):
    """The languages a pupil, a receipt or a screen can have."""

    FR = "fr"
    NL = "nl"
    DE = "de"
    EN = "en"


class BadgeState(StrEnum):
    """Whether a badge is good."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    LOST = "lost"


class Badge(Value):
    """A card or tag that stands for a pupil. `last4`: the end of the printed number."""

    key: BadgeKey
    pupil_id: PupilId
    state: BadgeState
    last4: str


class Pupil(Value):
    """A person who eats at school: mostly a pupil, sometimes a teacher or a guest."""

    id: PupilId
    first_name: str
    last_name: str
    class_name: str
    price_class: PriceClass
    allergens: frozenset[Allergen]
    diet: str
    language: Language

    @property
    def short_name(self) -> str:
        """First name and initial, the most that a screen or a paper in public may show."""
        initial = self.last_name[:1]
        return f"{self.first_name} {initial}." if initial else self.first_name
