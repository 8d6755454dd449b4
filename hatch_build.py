"""The build hook: puts the built page into wheels, source archives and editable installs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """Builds web/ into hinterland/show/static, unless the page there is that of the sources."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, where there is a page to build and no Node on the machine."""
        web = load_web(Path(self.root))
        return [] if web.is_current() or web.node_command() else [web.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        web = load_web(Path(self.root))
        if not web.is_current():
            web.build()


def load_web(root: Path) -> ModuleType:
    """scripts/web.py, which make uses too."""
    spec = importlib.util.spec_from_file_location("web", root / "scripts" / "web.py")
    assert spec and spec.loader, "scripts/web.py is missing"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
