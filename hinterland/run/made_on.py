"""What a run was made on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def made_on(*packages: str) -> dict[str, Any]:
    """The versions of Hinterland, of Python and of other packages, and the platform.

    packages: as they are imported. What is imported without being installed is `unknown`.
    """
    return {
        "hinterland": _version("hinterland"),
        "python": platform.python_version(),
        **{name: _version(name) for name in packages},
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _version(package: str) -> str:
    try:
        return version(package.replace("_", "-"))
    except PackageNotFoundError:
        return "unknown"
