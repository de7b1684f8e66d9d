"""Start-up is a feature: a report imports a heavy package only when that very report needs it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("click", "jsonschema", "sh", "lark", "orjson", "zstandard", "re2", "rich", "junit_xml", "difflib", "ruamel")


def loaded_by(program: str) -> set[str]:
    """Return the heavy packages that a fresh interpreter has loaded after a program."""
    program += f"\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_renderers_and_evaluation_load_nothing_heavy() -> None:
    """Importing them all costs no package beyond the standard library."""
    program = "import hostproof.evaluate.run\n"
    program += "\n".join(f"import hostproof.report.{name}" for name in ("junit", "markdown", "jsonfile", "terminal"))
    assert loaded_by(program) == set()


def test_colour_alone_loads_rich() -> None:
    """A plain report is made without rich; colour needs it."""
    program = "from hostproof.report.layout import coloured_text, plain_text\n{}([(('a', 'bold'),)])"
    assert loaded_by(program.format("plain_text")) == set()
    assert loaded_by(program.format("coloured_text")) == {"rich"}
