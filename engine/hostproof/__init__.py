"""hostproof: prove that a Linux host is fit to run software, from declarative rules over typed facts."""

__version__ = "0.1.0"
