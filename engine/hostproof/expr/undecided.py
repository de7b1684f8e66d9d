"""The exception by which an operation says that its result is Unknown."""

from __future__ import annotations

from hostproof.facts.unknown import Cause, Unknown


class UndecidedError(Exception):
    """Carries the Unknown that stands for the result."""

    def __init__(self, cause: Cause, detail: str, cure: str = "") -> None:
        super().__init__(detail)
        self.unknown = Unknown(cause, detail, cure)
