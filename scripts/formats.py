"""The page's types of scene.json, site.json and status.json, made from their schemas.

python scripts/formats.py           writes web/src/formats.ts
python scripts/formats.py --check   tells whether it is that of the schemas
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "hinterland" / "schemas"
TARGET = ROOT / "web" / "src" / "formats.ts"
SHOWN = ("scene", "site", "status")  # what a page reads
HEAD = "/** What descriptions hold, by hinterland/schemas. Made by scripts/formats.py. */"
PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def main() -> int:
    """Write the file, or with --check say whether it is up to date."""
    made = source()
    if "--check" in sys.argv[1:]:
        current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == made
        if not current:
            print(f"{TARGET} is not that of the schemas: python scripts/formats.py")
        return 0 if current else 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


def source() -> str:
    """The file: an exported type for each schema, and for each of its parts that has fields."""
    lines = [HEAD]
    for name in SHOWN:
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
        for part, told in {**schema.get("$defs", {}), name: schema}.items():
            if "properties" in told or "oneOf" in told:
                lines += _declared(part.capitalize(), told, schema.get("$defs", {}))
    return "\n".join(lines) + "\n"


def _declared(name: str, told: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[str]:
    yield from _comment(told, "")
    if "oneOf" not in told:
        yield f"export interface {name} {{"
        yield from _fields(told, parts, "  ")
        yield "}"
        return
    yield f"export type {name} ="
    for number, one in enumerate(told["oneOf"], 1):
        yield "  | {"
        yield from _fields(one, parts, "      ")
        yield "    }" + (";" if number == len(told["oneOf"]) else "")


def _fields(told: Mapping[str, Any], parts: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in told["properties"].items():
        yield from _comment(value, indent)
        mark = "" if key in told.get("required", ()) else "?"
        yield f"{indent}readonly {key}{mark}: {_type(value, parts)};"


def _type(told: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    if "$ref" in told:
        part = told["$ref"].removeprefix("#/$defs/")
        return part.capitalize() if _named(parts[part]) else _type(parts[part], parts)
    if "const" in told:
        return json.dumps(told["const"])
    if "enum" in told:
        return " | ".join(json.dumps(value) for value in told["enum"])
    kind = told["type"]
    if isinstance(kind, list):
        return " | ".join(PLAIN[each] for each in kind)
    if "prefixItems" in told:
        return f"readonly [{', '.join(_type(each, parts) for each in told['prefixItems'])}]"
    if kind == "array":
        inner = _type(told["items"], parts)
        return f"readonly ({inner})[]" if "|" in inner else f"readonly {inner}[]"
    if kind == "object":
        assert "properties" not in told, "what has fields stands in $defs, where it has a name"
        return "Readonly<Record<string, unknown>>"
    return PLAIN[kind]


def _named(told: Mapping[str, Any]) -> bool:
    return "properties" in told or "oneOf" in told


def _comment(told: Mapping[str, Any], indent: str) -> Iterator[str]:
    if told.get("description"):
        yield f"{indent}/** {told['description']} */"


if __name__ == "__main__":
    sys.exit(main())
