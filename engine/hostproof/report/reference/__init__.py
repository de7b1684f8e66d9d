"""Pages about packs: what a pack is in, Markdown out."""

from __future__ import annotations
