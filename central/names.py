"""Names for the demo school: plausible in Belgium, of nobody in particular, and its dishes."""

from typing import NamedTuple

from core.people import Allergen, Language


def _words(text: str, mark: str = " ") -> tuple[str, ...]:
    return tuple(text.split(mark))


FIRST_NAMES: dict[Language, tuple[str, ...]] = {
    Language.FR: _words(
        "Agathe Alix Anaïs Antoine Basile Camille Capucine Cédric Chloé Clément Corentin Cyril"
        " Diane Élise Éloïse Émile Estelle Fanny Félix Florent Gaëlle Gaspard Hélène Hugo Inès"
        " Jérôme Juliette Lila Louise Lucien Maëlys Malik Manon Margaux Mathéo Mélissa Nathan"
        " Noémie Océane Odile Olivia Quentin Rachida Rémy Romane Sacha Salomé Samir Simon Théo"
        " Tom Ugo Valentine Victor Yasmine Zélie"
    ),
    Language.NL: _words(
        "Amber Anouk Arne Bram Britt Daan Elke Emma Fien Floor Gilles Hanne Ilse Jarne Jasper"
        " Jelle Joke Jonas Karel Kato Koen Lander Lien Lotte Maarten Marieke Mats Nele Noor Pieter"
        " Robbe Roos Ruben Saar Sander Senne Seppe Siebe Stijn Tess Thijs Tine Toon Viktor Wout"
        " Xander Yana Zeno"
    ),
    Language.DE: _words(
        "Anke Annika Bastian Björn Dörte Elsa Frieda Greta Hannes Heike Jörg Jürgen Käthe Klaas"
        " Leni Lukas Malte Merle Mika Moritz Nora Ole Rieke Sören Til Ulrike Walter"
    ),
}

LAST_NAMES: dict[Language, tuple[str, ...]] = {
    Language.FR: _words(
        "Antoine Baudoin Bertrand Bodart Bonnet Bouchat Brasseur Carlier Charlier Collard Colson"
        " Cornet Crespin Dardenne Defays Delfosse Demoulin Deprez Dubois Ducarme Dupuis Evrard"
        " Fontaine Gaspard Gilson Gobert Grégoire Guillaume Hardy Henrard Jacquet Lambotte Lecocq"
        " Lejeune Lemaire Léonard Lepage Mahieu Marchal Marlier Masson Mathieu Nizet Noël Paquet"
        " Piette Pirard Poncelet Quinet Renard Rigaux Simonet Thiry Toussaint Urbain Villers"
        " Warnier"
    ),
    Language.NL: _words(
        "Aerts|Baert|Bogaert|Bosmans|Claes|Cools|De Backer|De Clercq|De Groote|De Keyser|De Wilde"
        "|Declercq|D'Hondt|Geerts|Goossens|Heylen|Hoste|Janssens|Lemmens|Leys|Maes|Martens"
        "|Mertens|Michiels|Moens|Nijs|Peeters|Pauwels|Raes|Segers|Smets|Stevens|Swinnen"
        "|Thys|Van Acker|Van Damme|Van den Broeck|Van der Linden|Van Hecke|Vandenberghe|Verbeke"
        "|Vercammen|Vermeulen|Verstraete|Willems|Wouters",
        "|",
    ),
    Language.DE: _words(
        "Backes Collas Dethier Ernst Faymonville Groß Heinen Jost Jousten Keutgen Kreuß Küpper"
        " Lenz Mießen Müllender Niessen Pauels Rauw Schröder Schumacher Thönnes Wiesemes Zimmer"
    ),
}


class Dish(NamedTuple):
    """A dish of the menu, with what is in it."""

    name: str
    allergens: frozenset[Allergen]


def _dish(name: str, *allergens: Allergen) -> Dish:
    return Dish(name, frozenset(allergens))


MAIN_DISHES = (
    _dish("Boulets sauce lapin, frites", Allergen.GLUTEN, Allergen.EGGS, Allergen.MUSTARD),
    _dish("Vol-au-vent, riz", Allergen.GLUTEN, Allergen.MILK, Allergen.CELERY),
    _dish("Filet de cabillaud, purée", Allergen.FISH, Allergen.MILK),
    _dish("Spaghetti bolognaise", Allergen.GLUTEN, Allergen.CELERY, Allergen.MILK),
    _dish("Carbonnades, pommes vapeur", Allergen.GLUTEN, Allergen.MUSTARD, Allergen.SULPHITES),
    _dish("Chicons au gratin", Allergen.MILK, Allergen.GLUTEN, Allergen.SULPHITES),
    _dish("Stoemp, saucisse", Allergen.MILK, Allergen.SULPHITES),
    _dish("Poulet curry, riz basmati", Allergen.MILK, Allergen.MUSTARD, Allergen.CELERY),
    _dish("Waterzooi de volaille", Allergen.CELERY, Allergen.MILK, Allergen.EGGS),
    _dish("Lasagne maison", Allergen.GLUTEN, Allergen.MILK, Allergen.EGGS),
)

VEGETARIAN_DISHES = (
    _dish("Dahl de lentilles, riz", Allergen.CELERY),
    _dish("Quiche aux poireaux", Allergen.GLUTEN, Allergen.EGGS, Allergen.MILK),
    _dish("Wok de légumes au tofu", Allergen.SOYBEANS, Allergen.SESAME),
    _dish("Gnocchis à la tomate", Allergen.GLUTEN, Allergen.MILK),
    _dish("Chili sin carne"),
)

SANDWICH = _dish("Sandwich jambon-fromage", Allergen.GLUTEN, Allergen.MILK)
