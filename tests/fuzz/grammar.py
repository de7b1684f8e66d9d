"""A writer of expressions: a seed in, a text out that is well-formed and well-typed, or nearly so.

The functions of the language come from its own table, so a new one is fuzzed from the day it is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import world

from hostproof.expr.functions import functions
from hostproof.expr.functions.row import Form

MOST_CHARACTERS = 4_200  # a little more than an expression may have
_HERE = Path(__file__).parent

# What letters of the function table are tried as.
_LETTERS = {
    "T": ("int", "string", "any", "duration"),
    "U": ("string",),
    "Q": ("int", "duration", "bytes", "ratio", "float"),
    "O": ("int", "string", "time", "duration"),
}
_ITEMS = {"list<int>": "int", "list<string>": "string", "list<any>": "any", "list<list<int>>": "list<int>"}
_ITEMS |= {"list<record>": "record", "list<version>": "version", "samples<duration>": "duration", "map<int>": "string"}
_RECORD = {"count": "n", "string": "name", "bool": "up"}


def expression(random: Random) -> bytes:
    """Return an expression: two of three are as they should be, the others have a flaw or several."""
    depth = random.choice((1, 2, 2, 3, 3, 4)) if random.random() < 0.98 else 7
    of = "bool" if random.random() < 0.7 else random.choice([*written_types()])
    text = Writer(random).write(of, depth)
    if random.random() < 0.05:
        text = _stretched(random, text)
    return (text if random.random() < 0.67 else broken(random, text))[:MOST_CHARACTERS].encode()


def template(random: Random) -> bytes:
    """Return a template with expressions in braces, sometimes flawed."""
    pieces = []
    for _ in range(random.randint(1, 4)):
        text = expression(random).decode()[:600]
        pieces.append(random.choice(("held ", "", "{{", "}}", "{", "\n", "} ")) + "{" + text + "}")
    return "".join(pieces).encode()


def broken(random: Random, text: str) -> str:
    """Return the text with one to three small flaws."""
    for _ in range(random.randint(1, 3)):
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice((0, 1, 1, 2, 5, 12)))
        new = random.choice(("", text[start:end] * 2, random.choice(_words()), f" {random.choice(_words())} "))
        text = text[:start] + new + text[end:]
    return text


def _stretched(random: Random, text: str) -> str:
    """Return a text that is near a limit: long, deep or wide."""
    times = random.choice((5, 31, 33, 64, 400))
    way = random.randint(0, 5)
    if way == 0:
        return "(" * times + text + ")" * times
    if way == 1:
        return "not " * times + text
    if way == 2:
        return random.choice((" and ", " or ", " ?? ", " + ", " == ", ", ")).join([text] * times)
    if way == 3:
        return "[" * times + text + "]" * times
    if way == 4:
        return text + "[0]" * times + ".a" * times
    sources = random.choices(("xs", "lat", "ss", "js", "m1", "ports"), k=random.choice((2, 3, 4, 5)))
    kinds = random.choices(("all", "any", "none", "one", "count", "filter", "map"), k=len(sources))
    walks = [f"{kind}(i{at} in {source}: " for at, (kind, source) in enumerate(zip(kinds, sources, strict=True))]
    return "".join(walks) + text + ")" * len(walks)


class Writer:
    """Writes one expression; `variables` are those of the comprehensions around, with their types."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.variables: list[tuple[str, str]] = []

    def write(self, of: str, depth: int) -> str:
        """Return a text of a type."""
        random = self.random
        if self.variables and random.random() < 0.4 and (found := self.variable(of)):
            return found
        if depth > 0 and random.random() < 0.15 and len(self.variables) < 5:
            walked = self.walk(of, depth)
            if walked:
                return walked
        if of == "any" and random.random() < 0.02:
            of = random.choice([*written_types()])  # a slip of the type
        plain, nested = ways(of)
        chosen = random.choice(nested if nested and depth > 0 and random.random() < 0.85 else plain or nested)
        return re.sub(r"\{(\w[\w<>]*)\}", lambda part: self.write(part[1], depth - 1), chosen)

    def variable(self, of: str) -> str:
        """Return a variable of the type, or a field of one; empty without any."""
        found = [name for name, its in self.variables if its == of]
        found += [f"{name}.{_RECORD[of]}" for name, its in self.variables if its == "record" and of in _RECORD]
        return self.random.choice(found) if found else ""

    def walk(self, of: str, depth: int) -> str:
        """Return a comprehension that gives the type; empty if none does."""
        kinds = {"bool": ("all", "any", "none", "one"), "count": ("count",)}.get(of, ())
        kinds = kinds or (("filter", "map") if of in _ITEMS and of.startswith("list<") else ())
        if not kinds:
            return ""
        kind = self.random.choice(kinds)
        source = of if kind == "filter" else self.random.choice([*_ITEMS])
        listed = self.write(source, depth - 1)
        name = f"i{len(self.variables)}"
        self.variables.append((name, _ITEMS[source]))
        body = self.write(_ITEMS[of] if kind == "map" else "bool", depth - 1)
        self.variables.pop()
        return f"{kind}({name} in {listed}: {body})"


@cache
def written_types() -> dict[str, tuple[str, ...]]:
    """Return the ways to write each type, from the file beside this one."""
    found: dict[str, tuple[str, ...]] = {}
    of = ""
    for line in (_HERE / "ways.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found[of] = (*found[of], *line.strip().split(" | "))
        elif line and not line.startswith("#"):
            of = line
            found[of] = ()
    return found


@cache
def _words() -> list[str]:
    """Return tokens of this language and of others; escapes are those of Python."""
    written = (_HERE / "tokens.txt").read_text(encoding="utf-8").split()
    return [word.encode().decode("unicode_escape") if word.startswith("\\") and word[1:] else word for word in written]


@cache
def ways(of: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return how a type may be written: without parts, and with parts."""
    if of == "record":
        return ("o1", "rs[0]", "big[0]"), ()
    written = [*written_types().get(of, ("j1",)), *(call for gives, call in _calls() if gives == of)]
    return tuple(way for way in written if "{" not in way), tuple(way for way in written if "{" in way)


@cache
def _calls() -> tuple[tuple[str, str], ...]:
    """Return for each form of each function what it gives, and how it is called."""
    found = []
    for function in functions().values():
        for form in function.forms:
            found += [(gives, f"{function.name}({arguments})") for gives, arguments in _instances(form)]
    return tuple(found)


def _instances(form: Form) -> Iterator[tuple[str, str]]:
    """Yield what a form gives and its arguments, with its letters replaced by types."""
    letters = next((letter for letter in _LETTERS if re.search(rf"\b{letter}\b", " ".join(form.takes))), "")
    for chosen in _LETTERS[letters] if letters else ("",):
        words = {letter: chosen if letter == letters else "string" for letter in _LETTERS}

        def spelt(pattern: str, words: dict[str, str] = words) -> str:
            plain = re.sub(r"\b[TUQO]\b", lambda found: words[found[0]], pattern)
            return plain.replace("untyped", "any").rstrip("?")

        takes = [spelt(pattern) for pattern in form.takes]
        takes += takes[-1:] if form.repeats else []
        yield spelt(form.gives), ", ".join(f"{{{_known(one)}}}" for one in takes)


def _known(of: str) -> str:
    """Return a type that can be written and fits: lists stand for samples of other kinds."""
    if of in written_types():
        return of
    holder, _, item = of.rstrip(">").partition("<")
    if holder == "map":
        return "map<string>" if item == "string" else "map<int>"
    return {"duration": "samples<duration>", "bytes": "samples<bytes>"}.get(item, "list<int>")


def tokens() -> list[str]:
    """Return the words of the language, for a fuzzer's dictionary."""
    names = [*world.FACTS, *world.LETS, *(f"params.{name}" for name in world.PARAMS), *functions()]
    return [*dict.fromkeys([*names, *_words()])]
