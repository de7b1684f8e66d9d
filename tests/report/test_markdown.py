"""Markdown: what stands where, and text that can't become markup, as a Markdown renderer sees it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from markdown_it import MarkdownIt

from hostproof.evaluate.model import Evaluation, Verdict
from hostproof.report.markdown import render_markdown
from hostproof.report.markdowntext import block, code, link, paragraph, prose
from hostproof.report.wording import is_commands
from hostproof.source.harmless import harmless, one_line

LINKING = re.compile(r"@\w|://|\bwww\.|#\d|\bGH-\d", re.IGNORECASE)


class _Tags(HTMLParser):
    """Notes each tag with its attributes, and the text outside of code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.loose = ""
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"comment {data}")

    def handle_data(self, data: str) -> None:
        if not {"code", "a"} & {*self._inside}:
            self.loose += data


def rendered(text: str) -> str:
    """Return HTML as GitHub would make it, raw HTML not yet filtered."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


def tags_of(text: str) -> _Tags:
    """Return what a browser would see of a Markdown text."""
    parser = _Tags()
    parser.feed(rendered(text))
    parser.close()
    return parser


def tamed(value: object) -> object:
    """Return the same Evaluation with each text that says something as `x`, and each link as the same link."""
    if isinstance(value, str) and type(value) is str:
        if link(value).startswith("<"):
            return "http://x.example"
        long = "x " * 60  # a paragraph where the text is one
        return value if not value.strip() else "x" if is_commands(value) else long
    if isinstance(value, tuple):
        return tuple(tamed(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: tamed(getattr(value, field.name)) for field in fields(value)})
    return value


@settings(max_examples=30)
@given(data=st.data())
def test_no_text_becomes_markup(hostile: SearchStrategy[Evaluation], data: st.DataObject) -> None:
    """A page of hostile text has exactly the tags that the same page of harmless text has, and nothing links.

    But for code within a line, which an author may write.
    """
    evaluation = data.draw(hostile)
    found, wanted = (tags_of(render_markdown(e)) for e in (evaluation, tamed(evaluation)))  # type: ignore[arg-type]
    assert [tag for tag in found.tags if "code" not in tag] == [tag for tag in wanted.tags if "code" not in tag]
    assert [a for a in found.attributes if a[0] not in ("href", "style")] == []
    assert [a for a in found.attributes if a[0] == "href" and not str(a[1]).startswith("http")] == []
    assert LINKING.findall(found.loose) == []


@given(data=st.data())
def test_prose_is_what_it_says(hostile_text: SearchStrategy[str], data: st.DataObject) -> None:
    """Rendered prose is the text itself on one line, but for zero-width spaces that keep links apart."""
    text = data.draw(hostile_text)
    wanted = f"<p>{html.escape(one_line(text), quote=False)}</p>\n" if one_line(text) else ""
    assert rendered(prose(text)).replace("\u200b", "").replace("&quot;", '"') == wanted


@given(data=st.data())
def test_paragraph_is_what_it_says(hostile_text: SearchStrategy[str], data: st.DataObject) -> None:
    """A rendered paragraph is the text itself, whatever of it is code."""
    text = data.draw(hostile_text)
    assert {*tags_of(f"Why: {paragraph(text)}").tags} <= {"p", "/p", "code", "/code"}
    shown = re.sub("<[^>]*>", "", rendered(f"Why: {paragraph(text)}"))
    inked = [re.sub(r"[\s\u200b`]", "", words) for words in (html.unescape(shown), f"Why: {one_line(text)}")]
    assert inked[0] == inked[1]


def test_code_in_a_paragraph() -> None:
    """Backticks of an author are code, in which nothing is escaped; a lone one is a backtick."""
    assert paragraph("look at `a_b|c` and *d*") == "look at `a_b|c` and \\*d\\*"
    assert paragraph("a lone ` stays") == "a lone \\` stays"


@pytest.mark.parametrize(
    ("fix", "shown"),
    [
        ("sysctl -w a=1\nsysctl -w b=2\n", "**Fix:**\n\n```\nsysctl -w a=1\nsysctl -w b=2\n```"),
        ("Install a newer kernel, then restart. " * 4, "**Fix:** Install a newer kernel, then restart. Install"),
        ("Run `sysctl -w a=1`, then restart.", "**Fix:** Run `sysctl -w a=1`, then restart."),
    ],
)
def test_commands_are_a_block_and_advice_is_prose(unfit: Evaluation, fix: str, shown: str) -> None:
    """What is to be typed can be copied as it is; what is to be read is wrapped by the page."""
    packs = tuple(
        replace(pack, results=tuple(replace(r, remediation=fix) for r in pack.results)) for pack in unfit.packs
    )
    assert shown in render_markdown(replace(unfit, packs=packs))


@given(data=st.data())
def test_code_is_what_it_says(hostile_text: SearchStrategy[str], data: st.DataObject) -> None:
    """Rendered code is the text itself."""
    text = data.draw(hostile_text)
    wanted = f"<code>{html.escape(one_line(text))}</code>" if one_line(text) else "(empty)"
    assert html.unescape(rendered(code(text))) == html.unescape(f"<p>{wanted}</p>\n")


@given(data=st.data())
def test_block_is_what_it_says(hostile_text: SearchStrategy[str], data: st.DataObject) -> None:
    """A rendered block holds the lines themselves, and ends where it should."""
    text = data.draw(hostile_text)
    wanted = f"<pre><code>{html.escape(harmless(text).strip(chr(10)))}\n</code></pre>\n<p>after</p>\n"
    assert html.unescape(rendered(block(text) + "\n\nafter")) == html.unescape(wanted)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "http://a b", "https://a.example/<script>", "https://a/`x`", "HTTP://A",
        'https://a.example/"onclick="x', "//a.example", "https://", "https://a.example/\u202e", "http://a\nb", "",
    ],
)  # fmt: skip
def test_only_web_addresses_link(address: str) -> None:
    """Anything but a plain http or https address is shown, not linked."""
    assert "a" not in tags_of(link(address)).tags


@pytest.mark.parametrize(
    "address",
    ["https://docs.kernel.org/a_b/c.html#x-y", "http://a.example:80/?a=b&c=d", "https://lwn.net/Articles/1(2)/*x*~y~"],
)
def test_web_addresses_link(address: str) -> None:
    """A web address is a link to itself, whatever Markdown sees in it."""
    assert html.unescape(rendered(link(address))).count(f">{address}</a>") == 1


def test_golden(unfit: Evaluation, golden: Callable[[str, str], None]) -> None:
    """The report of every verdict, as it was last looked at."""
    golden("unfit.md", render_markdown(unfit))


def test_order(unfit: Evaluation) -> None:
    """The verdict comes first, then failures by severity, undecided, waived; what is well is folded."""
    page = render_markdown(unfit)
    order = [
        "# ❌ web-1 is unfit", "| pack |", "## Failures (2)", "### high: net.backlog", "### low: net.mtu",
        "## Undecided (1)", "### medium: net.conntrack", "## Waived (1)", "<summary>Skipped", "<summary>Passed",
    ]  # fmt: skip
    places = [page.index(part) for part in order]
    assert places == sorted(places)


def test_undecided_says_what_would_decide(undecided: Evaluation) -> None:
    """An unknown names its fact, cause and cure."""
    page = tags_of(render_markdown(undecided)).loose
    assert "is unknown (denied): open /proc/net/nf_conntrack: permission denied; to decide: run as root" in page


def test_many_findings_are_cut(unfit: Evaluation) -> None:
    """A rule over thousands of things lists the first ones, and says how many more there are."""
    packs = tuple(
        replace(pack, results=tuple(replace(r, findings=r.findings * 100) for r in pack.results))
        for pack in unfit.packs
    )
    page = render_markdown(replace(unfit, packs=packs))
    assert "- and 980 more" in page
    assert page.count("veth0") <= 3


def test_fit_page_is_short(fit: Evaluation) -> None:
    """A page without trouble has no chapter of it."""
    page = render_markdown(fit)
    assert "## " not in page
    assert page.startswith("# ✅ web-1 is fit\n\n1 of 1 rule holds.\n")
    assert fit.count(Verdict.PASS) == 1
