"""Redaction: text in, the same text without the secrets in it out; high confidence only, in linear time.

What is replaced, and who says what it looks like:

- private keys between their armour lines (RFC 7468, OpenSSH, PGP), also where the end was cut off;
- tokens with a published prefix: AWS, GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, Vault, Docker, age,
  DigitalOcean, SendGrid, Shopify, `sk-` and `hf_` keys of web services; JSON web tokens (RFC 7519);
- password hashes of crypt(5);
- what follows `Authorization:` and `Bearer` (RFC 9110, RFC 6750);
- the password in a URL (RFC 3986, userinfo);
- the value of a setting whose name ends in password, secret, token, api key and the like: `DB_PASSWORD=x`,
  `"client_secret": "x"`, `--token x`. What merely switches (`no`, `none`, `true`, `0`) stays, so do messages about
  a file (`/run/token: Permission denied`).

Packs add patterns of their own, `Redactor`. Each becomes `[redacted: kind]`. Other secrets stay: this is a net under
those who ask for too much, no licence to ask.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hostproof.source.records import record

if TYPE_CHECKING:
    from re import Match, Pattern

_MARK = "[redacted: "
_ARMOUR = r"-----{} [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----"
_NAME = r"(?:password|pass-?phrase|secret|token|(?:api|access|account|encryption|private|secret|signing)[_-]?key)"
_VALUE = r"""(?:"(?:[^"\\\n]|\\.)+|'[^'\n]+|[^\s"',;&]+)"""
_SWITCHES = frozenset({"true", "false", "yes", "no", "y", "n", "m", "on", "off", "none", "null", "nil", "*"})

# In each pattern the secret itself is the group that is named after its kind. None begins with a repetition: RE2 would
# look through the rest of the text for every match (measured: 0.5 s instead of 0.03 s for 120 kB of tokens).
_KEY = rf"(?P<key>{_ARMOUR.format('BEGIN')}(?:(?s:.)*?{_ARMOUR.format('END')}|(?s:.)*))"
_PREFIXED = (
    r"\b(?P<token>(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}"
    r"|xox[abeoprs]-[\w-]{10,}|[rs]k_live_[A-Za-z0-9]{16,}|AIza[\w-]{35}|ya29\.[\w-]{20,}|npm_[A-Za-z0-9]{36}"
    r"|pypi-[\w-]{50,}|sk-[\w-]{32,}|hf_[A-Za-z0-9]{30,}|dop_v1_[a-f0-9]{64}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|hv[bs]\.[\w-]{24,}|gl(?:rt|ptt|dt)-[\w-]{20,}|dckr_pat_[\w-]{20,}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"
    r"|whsec_[A-Za-z0-9+/=]{24,}|AGE-SECRET-KEY-1[A-Z0-9]{50,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})\w*)"
)
_HASH = r"(?P<hash>\$(?:1|2[abxy]|5|6|7|y|gy|sha1)\$[A-Za-z0-9./$=,]{16,})"
_AUTHORIZATION = (
    r"""(?i:\bauthorization["']?[ \t]*[:=][ \t]*["']?(?:(?:basic|bearer|digest|negotiate|token)[ \t]+)?"""
    r"|\bbearer[ \t]+)(?P<authorization>[\w.~+/=:-]{8,})"
)
_URL = r"""://[^\s/:@"']*:(?P<password>[^\s/@"']+)@"""
_SETTING = rf"""(?i:{_NAME}["']?[ \t]*(?:[=:]|=>)|passwd[ \t]*=|--[\w-]{{0,40}}{_NAME})[ \t]*(?P<secret>{_VALUE})"""


def redact(text: str) -> str:
    """Return `text` with every secret in it replaced by `[redacted: kind]`; doing it twice changes nothing.

    A lone surrogate, which no file can hold, becomes a question mark.

    >>> redact("postgres://app:hunter2@db/x")
    'postgres://app:[redacted: password]@db/x'
    """
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    once = _pattern().sub(_replaced, text)
    # What looked like a message about a file may stand behind a secret that had the slash in it.
    return once if once == text else _pattern().sub(_replaced, once)


@record
class Redactor:
    """Redacts texts, by `patterns` (RE2) of packs besides our own; `off`: not at all, because somebody insisted.

    The secret is the group of a pattern that has a name, which says its kind, else the first.
    """

    patterns: tuple[str, ...] = ()
    off: bool = False

    def __call__(self, text: str) -> str:
        """Return a text without secrets; doing it twice changes nothing."""
        if self.off:
            return text
        found = redact(text)
        for pattern in self.patterns:
            found = _own(pattern).sub(_replaced_own, found)
        return found


REDACT = Redactor()


def pattern_fault(pattern: str) -> tuple[str, str]:
    """Return what is wrong with a pack's pattern, and what to write instead; empty texts if nothing is."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        hint = "RE2 knows no look-around and no back references: github.com/google/re2/wiki/Syntax"
        return f"not a regular expression: {reason}", hint
    if not compiled.groups:
        return "the pattern has no group for the secret", r"write (?P<kind>...) around it: 'licence=(?P<licence>\S+)'"
    if len(compiled.groupindex) > 1:
        return "the pattern has several named groups", "name the secret alone; group the rest with (?:...)"
    if compiled.search("") is not None:
        return "the pattern matches the empty text", "have it match what stands before the secret as well"
    return "", ""


@cache
def _own(pattern: str) -> Pattern[str]:
    import re2

    compiled: Pattern[str] = re2.compile(pattern)
    return compiled


def _replaced_own(match: Match[str]) -> str:
    named, group = next(iter(match.re.groupindex.items()), ("secret", 1))
    (start, end), begin = match.span(group), match.start()
    if start < 0 or start == end or _MARK.strip() in match.string[max(0, start - len(_MARK)) : end]:
        return match[0]
    return f"{match[0][: start - begin]}{_MARK}{named}]{match[0][end - begin :]}"


@cache
def _pattern() -> Pattern[str]:
    import re2

    compiled: Pattern[str] = re2.compile("|".join((_KEY, _PREFIXED, _HASH, _AUTHORIZATION, _URL, _SETTING)))
    return compiled


def _replaced(match: Match[str]) -> str:
    kind = match.lastgroup or ""
    start, end = (place - match.start() for place in match.span(match.lastindex or 0))
    whole, quote = match[0], match[kind][:1]
    if kind == "secret":
        start += quote in ('"', "'")
        if _is_switch(whole[start:end]) or _is_message(match, whole[:start], whole[start:end]):
            return whole
    return f"{whole[:start]}{_MARK}{kind}]{whole[end:]}"


def _is_switch(value: str) -> bool:
    """Tell whether a setting's value is no secret: a switch, a small number, or redacted already."""
    small = value.isdigit() and len(value) < 4
    return small or value.casefold() in _SWITCHES or value.startswith(_MARK.strip())


def _is_message(match: Match[str], name: str, value: str) -> bool:
    """Tell whether a value is a word about a file, as in `/run/token: Permission denied`."""
    before = match.string[max(0, match.start() - 100) : match.start()].rsplit(None, 1)
    return name.rstrip().endswith(":") and value.istitle() and value.isalpha() and "/" in (before or [""])[-1]
