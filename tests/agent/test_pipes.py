"""Lines and bytes survive pipes that take and give what they like."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.agent.pipes import LineReader, Writer


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=20), st.data())
def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    """Chunks may end anywhere."""
    text = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    reader = LineReader(100)
    found = [line for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) for line in reader.feed(text[a:b])]
    assert found == [line + b"\n" for line in lines]


def test_a_line_that_is_too_long_is_refused() -> None:
    """Memory is bounded also where no line feed comes."""
    reader = LineReader(10)
    reader.feed(b"x" * 10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        reader.feed(b"x")


@given(st.lists(st.binary(max_size=200_000), max_size=6))
def test_a_writer_loses_nothing_in_a_full_pipe(parts: list[bytes]) -> None:
    """What a pipe does not take now it takes later."""
    end, writer_end = os.pipe()
    writer = Writer(writer_end)
    for part in parts:
        writer.put(part)
    assert writer.waiting == sum(map(len, parts))
    heard = b""
    while writer.waiting:
        writer.flush()
        heard += os.read(end, 30_000)
    os.set_blocking(end, False)
    try:
        while chunk := os.read(end, 65536):
            heard += chunk
    except BlockingIOError:
        pass
    os.close(end)
    os.close(writer_end)
    assert heard == b"".join(parts)
