#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No function over 80 lines, no file over 400: what is longer is two things.

clang-format puts a function's braces, and only these, alone in column 0; that
is all this scanner knows of C.
"""

import ast
import re
import sys
from pathlib import Path

FUNCTION_MAX = 80
FILE_MAX = 400
FOLDERS = ("agent", "aggregator", "common", "tests")


def c_functions(lines):
    """Name and length of each function, its head included."""
    start = 0                           # after the last end of anything
    body = None
    for i, line in enumerate(lines):
        if line == "{":
            body = i
        elif line == "}" and body is not None:
            head = "\n".join(lines[start:body])
            name = re.search(r"^(\w+)\(", head, re.MULTILINE)
            first = start + head[:name.start()].count("\n") if name else body
            yield name[1] if name else "?", i + 1 - first
            body = None
        if body is None and (line == "" or line[:1] in "}#"):
            start = i + 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.end_lineno + 1 - node.lineno


def complaints(path, text):
    lines = text.splitlines()
    if len(lines) > FILE_MAX:
        yield f"{path}: {len(lines)} lines; at most {FILE_MAX}"
    functions = (python_functions(text) if path.suffix == ".py"
                 else c_functions(lines))
    for name, length in functions:
        if length > FUNCTION_MAX:
            yield f"{path}: {name} has {length} lines; at most {FUNCTION_MAX}"


def main():
    root = Path(__file__).resolve().parents[2]
    bad = 0
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.*")):
            if path.suffix not in (".c", ".h", ".py"):
                continue
            for text in complaints(path.relative_to(root), path.read_text()):
                print(text)
                bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
