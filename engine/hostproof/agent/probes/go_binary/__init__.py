"""Probe `go_binary`: what a program's file, and the files it would be loaded with, say of themselves; none is run."""

from ...probing.step import Step
from .reading import image

STEPS = (Step(("image",), image, most=60.0),)
