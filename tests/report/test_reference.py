"""Pages about packs: no text of a pack becomes markup, whatever its author wrote."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from markdown_it import MarkdownIt

from hostproof.evaluate.reference import CaseText, OwnFact, PackText, ParamText, RuleText
from hostproof.report.reference.markdown import MOST_TITLES, render_index, render_pack
from hostproof.source.harmless import one_line
from hostproof.source.records import replace

# What the page's own structure is made of; code and paragraphs may come and go with what an author wrote.
KEPT = ("h1", "h2", "h3", "table", "tr", "td", "th", "ul", "li", "strong", "em", "a", "img", "hr", "blockquote", "ol")
RAW = ("html_block", "html_inline")


def pack_of(text: str) -> PackText:
    """Return a pack all of whose free texts are the same one."""
    rule = RuleText(
        id="a.b", title=text, severity="high", lines=(f"when: {text}", f"assert: {text}"), message=text, why=text,
        fix=text, sources=("https://docs.kernel.org/", f"javascript:{text}"), tags=(text,), params=(text,),
        facts=(text,), cases=(CaseText("fail", text), CaseText("pass", ""), CaseText("unknown", text)),
    )  # fmt: skip
    own = tuple(OwnFact(text, verb, text, text, "5s", ((text, text),), text) for verb in ("reads", "runs", "probes"))
    param = ParamText(text, text, text, text, text)
    return PackText(
        "team", text, text, (param,), own, (rule,), ((text, text, text),), ((text, text),), (text,)
    )  # fmt: skip


def pieces(page: str) -> tuple[Counter[str], list[str], list[str]]:
    """Return how often each tag opens, raw HTML, and where links lead, as a renderer sees a page."""
    found = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(page)
    every = [*found, *(child for token in found for child in token.children or ())]
    tags = Counter(token.tag for token in every if token.tag in KEPT and token.nesting >= 0)
    raw = [token.content.strip() for token in every if token.type in RAW]
    return tags, raw, [str(token.attrs["href"]) for token in every if "href" in token.attrs]


@settings(max_examples=40)
@given(data=st.data())
def test_no_text_becomes_markup(hostile_text: SearchStrategy[str], data: st.DataObject) -> None:
    """A page of hostile text has the structure of the same page of harmless text; only named sources and rules link."""
    text = data.draw(hostile_text.filter(one_line))
    for render in (render_pack, lambda pack: render_index([pack])):
        found, wanted = pieces(render(pack_of(text))), pieces(render(pack_of("x")))
        assert found == wanted


def test_the_anchor_of_a_rule() -> None:
    """The list of rules leads to each rule by its id, dots and all."""
    _, raw, links = pieces(render_pack(pack_of("x")))
    assert '<a id="a.b">' in raw
    assert links == ["#a.b", "https://docs.kernel.org/"]


@pytest.mark.parametrize(("text", "shown"), [("a|b", "`a\\|b`"), ("a\\|b", "a\\\\\\|b"), ("a", "`a`")])
def test_code_in_a_cell(text: str, shown: str) -> None:
    """A pipe in code does not end its cell."""
    assert f"\n| {shown} | {shown} | {shown} |" in render_pack(pack_of(text))


def test_many_cases_are_counted() -> None:
    """Of many cases the first are named, and all are counted."""
    rule = RuleText("a.b", "t", "low", ("assert: x",), "", "", "", (), (), (), (), ())
    cases = tuple(CaseText("fail", f"case {number}") for number in range(MOST_TITLES + 3))
    page = render_pack(PackText("p", "t", "", (), (), (replace(rule, cases=cases),), (), (), ()))
    assert f"- fail ({MOST_TITLES + 3}): case 0; " in page
    assert f"case {MOST_TITLES - 1}; and 3 more\n" in page
