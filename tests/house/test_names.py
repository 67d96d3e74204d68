"""Our top-level names are generic: nobody else may own one of them where we run."""

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path


def foreign_owners(
    names: Iterable[str], owners: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return, by name, the distributions other than ours that install it."""
    found = {
        name: sorted({owner for owner in owners.get(name, ()) if owner.lower() != "refectory"})
        for name in names
    }
    return {name: others for name, others in found.items() if others}


def test_no_other_distribution_installs_one_of_our_names(roots: list[str]) -> None:
    assert foreign_owners(roots, packages_distributions()) == {}


def test_another_owner_is_found() -> None:
    owners = {"config": ["refectory", "config"], "core": ["refectory"], "nfc": ["nfcpy"]}
    assert foreign_owners(["config", "core"], owners) == {"config": ["config"]}


def test_no_name_is_the_standard_librarys(roots: list[str]) -> None:
    assert not set(roots) & sys.stdlib_module_names


def test_what_is_imported_is_ours(checkout: Path, roots: list[str]) -> None:
    for root in roots:
        spec = importlib.util.find_spec(root)
        assert spec is not None, root
        assert spec.origin == str(checkout / root / "__init__.py")
