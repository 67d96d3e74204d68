"""No float comes near money: a walk over the source of the packages that compute with it.

A `/` between paths is told by its string; any other exception says why on its own line, as
`# float: reason`.
"""

import ast
from pathlib import Path

import pytest

PACKAGES = ("core", "offline_cache")
EXCEPTION = "# float: "


def float_faults(source: str) -> list[str]:
    """Return `line: what` for each float, in the order of the lines."""
    lines = source.splitlines()
    found = [
        (node.lineno, what)
        for node in ast.walk(ast.parse(source))
        if (what := _fault(node)) is not None
    ]
    return [f"{line}: {what}" for line, what in sorted(found) if EXCEPTION not in lines[line - 1]]


def _fault(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=float() | complex()):
            return f"the float {node.value}"
        case ast.Name(id="float" | "Decimal" | "Fraction" as name):
            return f"the name {name}"
        case ast.Attribute(attr="total_seconds" | "true_divide" | "truediv" as name):
            return f"{name}, which is a float"
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return None if _is_text(left) or _is_text(right) else "a division `/`"
        case ast.AugAssign(op=ast.Div()):
            return "a division `/=`"
        case ast.Call(func=ast.Name(id="round")):
            return "round, which belongs to floats"
        case _:
            return None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_no_float_near_money(checkout: Path, package: str) -> None:
    faults = [
        f"{path.relative_to(checkout)}:{fault}"
        for path in sorted((checkout / package).rglob("*.py"))
        for fault in float_faults(path.read_text(encoding="utf-8"))
    ]
    assert faults == []


@pytest.mark.parametrize(
    "line",
    [
        "price = 4.5",
        "price: float",
        "cents = total / 2",
        "cents /= 2",
        "cents = round(total)",
        "x = Decimal('1')",
        "age = (a - b).total_seconds()",
    ],
)
def test_a_float_is_found(line: str) -> None:
    assert float_faults(f"ok = 1\n{line}\n")[0].startswith("2: ")


@pytest.mark.parametrize(
    "line",
    ["path = folder / 'journal.db'", "half = 7 // 2", "wait = 0.5  # float: seconds to wait"],
)
def test_what_is_no_money_passes(line: str) -> None:
    assert float_faults(line) == []
