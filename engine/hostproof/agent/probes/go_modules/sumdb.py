"""GOSUMDB as Go reads it: a known name or a public key, and a URL (cmd/go/internal/modfetch/sumdb.go, sumdb/note)."""

import binascii
import hashlib
import re

KNOWN = ("sum.golang.org", "sum.golang.google.cn")
ED25519 = 1


def fault_of(text: str) -> str:
    """Return what is wrong with GOSUMDB; empty if nothing is.

    >>> fault_of("off"), fault_of("sum.golang.org https://mirror.example"), fault_of("sum.corp.example")
    ('', '', 'sum.corp.example is no known name, and has no key')
    """
    words = text.split()
    if not words:
        return "it is empty"
    if len(words) > 2:
        return "it has more than a key and a URL"
    return "" if words[0] in (*KNOWN, "off") else fault_of_key(words[0])


def fault_of_key(key: str) -> str:
    """Return what is wrong with a verifier's key: `name+hash+base64`, the hash over name and key."""
    name, _, rest = key.partition("+")
    mark, _, coded = rest.partition("+")
    if not rest:
        return key + " is no known name, and has no key"
    try:
        raw = binascii.a2b_base64(coded.encode("ascii"))
    except ValueError:
        raw = b""
    if not re.match("[0-9a-fA-F]{8}\\Z", mark) or not raw or not name:
        return "the key of {} is not name+hash+key".format(name)
    if hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != mark.lower():
        return "the hash of the key of {} is another one".format(name)
    if raw[0] != ED25519 or len(raw) != 33:
        return "the key of {} is of no known kind".format(name)
    return ""
