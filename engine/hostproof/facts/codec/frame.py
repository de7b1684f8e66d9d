"""The outside of a snapshot file: text in, one zstd frame with length and checksum out, and safely back."""

from __future__ import annotations

from hostproof.source.problems import Problem, ProblemError

MOST_BYTES = 64 * 2**20
_LEVEL = 3
_UNKNOWN_SIZE = 2**64 - 1


def pack_frame(text: bytes) -> bytes:
    """Return `text` as one zstd frame (RFC 8878) that tells its length and ends with a checksum."""
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True, write_content_size=True).compress(text)


def unpack_frame(data: bytes, name: str) -> bytes:
    """Return what a zstd frame holds; never takes more memory than 64 MiB, whatever the frame claims.

    `name` is the file's, for messages. Raises ProblemError: HP-E401 to HP-E404.
    """
    import zstandard

    size = _content_size(data, name)
    if size > MOST_BYTES:
        raise refusal("HP-E404", f"{name} would unpack to {size} bytes, the most is {MOST_BYTES}")
    try:
        # It fails as soon as there is more than the `size` bytes that its header announces.
        return zstandard.ZstdDecompressor(max_window_size=MOST_BYTES).decompress(data, allow_extra_data=False)
    except zstandard.ZstdError as error:
        if "full frame" in str(error):
            hint = "copy it again, or take the snapshot again"
            raise refusal("HP-E402", f"{name} ends before its data does", hint) from None
        raise refusal("HP-E403", f"{name} cannot be unpacked: {error}", "copy it again") from None


def refusal(code: str, message: str, hint: str = "") -> ProblemError:
    """Return the error that refuses a snapshot file; there is no place in it a person could look at."""
    return ProblemError((Problem(code, message, None, hint),))


def _content_size(data: bytes, name: str) -> int:
    import zstandard

    hint = "hostproof collect writes snapshots: zstd-compressed JSON"
    if not data:
        raise refusal("HP-E402", f"{name} is empty", "take the snapshot again")
    if data[:4] != zstandard.FRAME_HEADER[: len(data[:4])]:
        raise refusal("HP-E401", f"{name} is not compressed with zstd", hint)
    try:
        size = zstandard.get_frame_parameters(data).content_size
    except zstandard.ZstdError:
        raise refusal("HP-E402", f"{name} ends within its header", "take the snapshot again") from None
    if size == _UNKNOWN_SIZE:
        raise refusal("HP-E401", f"{name} does not tell its length, as a snapshot does", hint)
    return size
