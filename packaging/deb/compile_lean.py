"""Compiles a tree of Python once and for all, without the docstrings of functions and modules.

A till at rest keeps 1.4 MB of them, and nobody asks a till for help(). Asserts stay: they guard the
money, and `python -OO` would drop them. Docstrings of classes stay, too, since dataclasses would
write their own. Lines keep their numbers, so that a traceback is as it was; started with
`-X no_debug_ranges`, as the package's build does, it leaves out the columns (0.2 MB).

Usage: compile_lean.py FOLDER. The files are as `compileall --invalidation-mode unchecked-hash`
writes them: a start asks no file for its time. Source: PEP 552.
"""

import ast
import marshal
import sys
import warnings
from importlib.util import MAGIC_NUMBER, cache_from_source, decode_source, source_hash
from pathlib import Path

_HASH_UNCHECKED = (1).to_bytes(4, "little")
_SPOKEN = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def without_docstrings(tree: ast.Module) -> ast.Module:
    """Return a module whose functions, and itself, say nothing of themselves."""
    for node in ast.walk(tree):
        if isinstance(node, _SPOKEN) and ast.get_docstring(node, clean=False) is not None:
            first = node.body.pop(0)
            if not node.body:
                node.body.append(ast.copy_location(ast.Pass(), first))
    return ast.fix_missing_locations(tree)


def compile_file(path: Path, name: str) -> None:
    """Compile one file. name: where it will lie, as tracebacks show it."""
    source = path.read_bytes()
    tree = without_docstrings(ast.parse(decode_source(source), name))
    code = compile(tree, name, "exec", dont_inherit=True, optimize=0)
    compiled = Path(cache_from_source(str(path), optimization=""))
    compiled.parent.mkdir(exist_ok=True)
    head = MAGIC_NUMBER + _HASH_UNCHECKED + source_hash(source)
    compiled.write_bytes(head + marshal.dumps(code))


def main(folder: Path) -> int:
    """Compile every file of a folder; return how many there were."""
    # What old libraries write in their strings is theirs.
    warnings.simplefilter("ignore")
    count = 0
    for path in sorted(folder.rglob("*.py")):
        try:
            compile_file(path, str(path))
        except SyntaxError as error:
            # A library may bring a file for another Python; it is not compiled, as ever.
            print(f"not compiled: {path}: {error.msg}")
        else:
            count += 1
    return count


if __name__ == "__main__":
    print(f"compiled {main(Path(sys.argv[1]))} files without docstrings")
