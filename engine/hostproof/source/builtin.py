"""Where the data that hostproof comes with lies: its rule packs and its published schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).parents[1]


def data_folder(kind: Literal["rules", "schema"], package: Path = PACKAGE) -> Path:
    """Return the folder of the built-in `kind`: inside an installed package, or beside `engine/` in a checkout.

    An editable install leaves the data where it is, so both must be looked for. Raises `FileNotFoundError` if
    neither is there: the installation is damaged, which no user's text can cause.
    """
    installed, checkout = package / "_data" / kind, package.parents[1] / kind
    for folder in (installed, checkout):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"hostproof is not installed completely: neither {installed} nor {checkout} exists")
