"""One running probe: a command whose program is our own code, and whose output is a line for each of its steps."""

import json

from .commands import Command
from .lines import AskError
from .probing.runner import scratch_of, start_probe
from .scratch import remove

MOST_OUTPUT = 16 * 1024 * 1024


class Probe(Command):
    """A probe's process. What it said before its deadline counts, whatever became of it then."""

    def __init__(self, ask: "dict[str, object]") -> None:
        self.scratch = scratch_of(ask, str(ask["id"]))
        super().__init__(dict(ask, most=MOST_OUTPUT), lambda mark: start_probe(ask, mark))

    def fields(self) -> "dict[str, object]":
        """Return the answer: `value` holds the `values` of facts, and why others are `unknown`."""
        self.clean()
        value: "dict[str, dict[str, object]]" = {"values": {}, "unknown": {}}
        for line in bytes(self.kept[self.out]).split(b"\n")[:-1]:
            said = json.loads(line.decode("ascii"))
            for part in value:
                value[part].update(said[part])
        if self.error is None and self.status:
            words = bytes(self.kept[self.err]).decode("utf-8", "replace").strip().rpartition("\n")[2]
            self.error = AskError("failed", "the probe ended early: {}".format(words or self.status), "report this")
        said = self.error.fields() if self.error else {}
        said.update(value=value, size=self.sizes[self.out])
        return said

    def clean(self) -> None:
        """Remove what it may have left when it was killed."""
        remove(self.scratch)
