"""Our top-level names are generic: nobody else may own one of them where we run."""

import importlib.util
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from terminal.doctor.software import foreign_owners


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
