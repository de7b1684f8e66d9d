"""Scratch folders of probes: where they would be, so that whoever outlives a probe can remove what it left."""

import os

SCRATCH = "hostproof-"  # what the names of all scratch folders begin with; then come the worker's pid and the ask


def scratch_base() -> str:
    """Return the folder in which probes may write by default: TMPDIR, or /tmp."""
    return os.path.join("/", os.environ.get("TMPDIR") or "/tmp")


def scratch_place(chosen: str, worker: int, mark: str) -> str:
    """Return where the scratch folder of an ask of this number would be: below the folder that was `chosen`, if any."""
    base = os.path.join("/", chosen) if chosen else scratch_base()
    return os.path.join(base, "{}{}-{}".format(SCRATCH, worker, mark))


def remove(scratch: str) -> None:
    """Remove a scratch folder, if there is one and it is ours."""
    try:
        if not os.path.islink(scratch) and os.stat(scratch).st_uid == os.geteuid():
            import shutil

            shutil.rmtree(scratch, ignore_errors=True)
    except OSError:
        return
