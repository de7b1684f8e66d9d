"""The agent reads regular files within bounds, and nothing that could hang it or act when opened."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def agent(shared):
    """Use one agent for all tests here."""
    return shared


def test_a_file_is_read_whole(agent, content, tmp_path: Path) -> None:
    """Every byte comes, whatever it is."""
    path = tmp_path / "all"
    path.write_bytes(bytes(range(256)) * 400)
    answer = agent.answer(ask="file", path=str(path))
    assert content(answer) == path.read_bytes()
    assert answer["size"] == 102400
    assert "error" not in answer


def test_a_file_of_proc_is_read_though_it_has_no_size(agent, content) -> None:
    """/proc says that its files are empty, and yet they are read."""
    answer = agent.answer(ask="file", path="/proc/self/status")
    assert content(answer).startswith(b"Name:")
    assert answer["size"] == len(content(answer))


def test_a_name_that_is_not_ascii_is_found(agent, content, tmp_path: Path) -> None:
    """The agent takes names as UTF-8, whatever its locale."""
    path = tmp_path / "grün"
    path.write_text("ja")
    assert content(agent.answer(ask="file", path=str(path))) == b"ja"


def test_a_name_that_is_not_utf8_is_found(agent, content, tmp_path: Path) -> None:
    """A name can be any bytes, written as Python writes such names."""
    path = os.fsencode(tmp_path) + b"/\xff"
    with open(path, "w") as file:  # noqa: PTH123 - Path takes no bytes
        file.write("ja")
    assert content(agent.answer(ask="file", path=os.fsdecode(path))) == b"ja"


@pytest.mark.parametrize("path", ["{}", "/proc/kallsyms"])
def test_a_file_over_the_bound_gives_its_beginning(agent, cause, content, tmp_path: Path, path: str) -> None:
    """The answer says too-large, and holds what fits."""
    large = tmp_path / "large"
    large.write_bytes(b"x" * 5000)
    answer = agent.answer(ask="file", path=path.format(large), most=1000)
    assert cause(answer) == "too-large"
    assert len(content(answer)) == 1000
    assert answer["size"] > 1000


def test_what_is_not_there_is_absent(agent, cause) -> None:
    """No such file, and a file where a folder was meant."""
    gone, under = agent.answers({"ask": "file", "path": "/no/such"}, {"ask": "file", "path": "/etc/passwd/x"})
    assert (cause(gone), gone["status"]) == ("absent", 2)
    assert (cause(under), under["status"]) == ("absent", 20)


@pytest.mark.parametrize("path", ["/a\0b", "/\ud800"])
def test_a_name_that_no_file_can_have_is_an_error(agent, cause, path: str) -> None:
    """A NUL, or a character that can't be encoded."""
    assert cause(agent.answer(ask="file", path=path)) == "failed"


def test_a_fifo_does_not_hang_it(agent, cause, tmp_path: Path) -> None:
    """A FIFO that nobody writes to is refused at once."""
    os.mkfifo(tmp_path / "fifo")
    assert cause(agent.answer(ask="file", path=str(tmp_path / "fifo"))) == "unsupported"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_opened(agent, cause, path: str) -> None:
    """Opening a device may act, and reading it may never end."""
    assert cause(agent.answer(ask="file", path=path)) == "unsupported"


def test_a_folder_is_no_file(agent, cause) -> None:
    """A folder has its own message."""
    answer = agent.answer(ask="file", path="/etc")
    assert cause(answer) == "failed"
    assert "folder" in answer["error"]["detail"]


def test_the_kernel_log_is_left_alone(agent, cause) -> None:
    """Reading /proc/kmsg takes messages from whoever they are meant for."""
    assert cause(agent.answer(ask="file", path="/proc/kmsg")) == "unsupported"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_file_that_we_may_not_read_is_denied(agent_as, cause, tmp_path: Path) -> None:
    """Another user's file is denied, with a cure that names who asked."""
    secret = tmp_path / "secret"
    secret.write_text("s")
    secret.chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    nobody = agent_as("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    answer = nobody.answer(ask="file", path=str(secret))
    assert nobody.hello["uid"] == 65534
    assert (cause(answer), answer["status"]) == ("denied", 13)
    assert "65534" in answer["error"]["cure"]


def test_a_glob_reads_all_that_match(agent, tmp_path: Path) -> None:
    """Files come sorted by path, hidden ones only if asked for, and a folder is missed with its reason."""
    for name in ("b.conf", "a.conf", ".hidden.conf", "c.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "d.conf").mkdir()
    answer = agent.answer(ask="glob", pattern=f"{tmp_path}/*.conf")
    assert list(answer["files"]) == [f"{tmp_path}/a.conf", f"{tmp_path}/b.conf"]
    assert base64.b64decode(answer["files"][f"{tmp_path}/a.conf"]) == b"a.conf"
    assert list(answer["missed"]) == [f"{tmp_path}/d.conf"]
    hidden = agent.answer(ask="glob", pattern=f"{tmp_path}/.*.conf")
    assert list(hidden["files"]) == [f"{tmp_path}/.hidden.conf"]


def test_a_glob_may_have_wildcards_in_folders(agent, tmp_path: Path) -> None:
    """Each part of a pattern matches within one part of the path; what lacks the rest is no match."""
    for name in ("lo", "eth0"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mtu").write_text("1500")
    (tmp_path / "bond").mkdir()
    answer = agent.answer(ask="glob", pattern=f"{tmp_path}/*/mt?")
    assert list(answer["files"]) == [f"{tmp_path}/eth0/mtu", f"{tmp_path}/lo/mtu"]
    assert answer["missed"] == {}


def test_a_glob_without_matches_tells_empty_from_absent(agent, cause, tmp_path: Path) -> None:
    """A folder without matches is an answer; a folder that isn't there is none."""
    empty, gone = agent.answers(
        {"ask": "glob", "pattern": f"{tmp_path}/*"}, {"ask": "glob", "pattern": f"{tmp_path}/none/*"}
    )
    assert (empty["files"], cause(empty)) == ({}, "")
    assert cause(gone) == "absent"


def test_a_glob_has_bounds(agent, cause, tmp_path: Path) -> None:
    """Too many files are an error, a file that is too long is missed."""
    for number in range(5):
        (tmp_path / str(number)).write_text("x" * (1 + 100 * (number == 4)))
    many, long = agent.answers(
        {"ask": "glob", "pattern": f"{tmp_path}/*", "most_files": 3},
        {"ask": "glob", "pattern": f"{tmp_path}/*", "most": 50},
    )
    assert (len(many["files"]), cause(many)) == (3, "too-large")
    assert (len(long["files"]), cause(long)) == (4, "")
    assert long["missed"][f"{tmp_path}/4"]["cause"] == "too-large"


def test_a_dangling_link_is_missed_not_ignored(agent, tmp_path: Path) -> None:
    """What matches and can't be read is named with its reason."""
    (tmp_path / "link").symlink_to("/no/such")
    answer = agent.answer(ask="glob", pattern=f"{tmp_path}/*")
    assert answer["missed"][f"{tmp_path}/link"]["cause"] == "absent"
