"""The pieces for builds: valid by their schemas, run where they can be, and shown in docs/ci.md as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hostproof.cli.arguments.quick import read_words
from hostproof.cli.arguments.table import COMMANDS, find_command

CHECKOUT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PAGE = (CHECKOUT / "docs" / "ci.md").read_text("utf-8")
SHOWN = re.compile(r"^<!-- (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PACK = """\
hostproof: 1
pack: team
title: Team
rules:
  - {id: team.one, title: One, severity: high, assert: 1 > 2, message: no, rationale: It is., remediation: Wait.}
"""


def read(path: str) -> Any:
    """Read a YAML file of the checkout."""
    return YAML(typ="safe").load((CHECKOUT / path).read_text("utf-8"))


def run(*words: str | Path, cwd: Path, codes: tuple[int, ...] = (0,), **variables: str) -> str:
    """Run a program, offline, and return all it says."""
    env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **variables}
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-actions", "action.yml"),
        ("vendor.gitlab-ci", "ci/gitlab.yml"),
        ("vendor.azure-pipelines", "ci/azure-pipelines.yml"),
    ],
)
def test_valid_by_its_schema(schema: str, path: str) -> None:
    """Each is what the build's published schema takes."""
    run(BIN / "check-jsonschema", "--builtin-schema", schema, path, cwd=CHECKOUT)


def test_shown_as_they_are() -> None:
    """The page shows the files themselves, and every file of the folder is on it."""
    shown = dict(SHOWN.findall(PAGE))
    for path, text in shown.items():
        assert (CHECKOUT / path).read_text("utf-8") == text, f"docs/ci.md shows {path} otherwise"
    assert all(f"ci/{path.name}" in PAGE for path in (CHECKOUT / "ci").iterdir())
    assert len(shown) >= 6
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", PAGE):
        assert (CHECKOUT / "docs" / target).exists(), target


def test_command_lines_are_some() -> None:
    """Every command line of page and pieces has the options it names."""
    names = "|".join(command.name for command in COMMANDS if " " not in command.name)
    texts = [PAGE, *(path.read_text() for path in (CHECKOUT / "ci").iterdir())]
    lines = [line for text in texts for line in re.findall(rf"hostproof ((?:{names}) -[^'`|\n]*)", text)]
    assert len(lines) > 10
    for line in lines:
        words = line.replace("$HOSTPROOF_ARGS", "").split()
        command = find_command(words[0])
        assert command is not None
        assert read_words(command, words[1:]) is not None, line


def script(step: str) -> str:
    """Return what a step of the action runs."""
    found: str = next(one["run"] for one in read("action.yml")["runs"]["steps"] if one["id"] == step)
    return found


def test_the_action_judges(tmp_path: Path) -> None:
    """Its step passes each input on as one word, whatever is in it, and keeps the exit code."""
    (tmp_path / "a team").mkdir()
    (tmp_path / "a team" / "pack.yaml").write_text(PACK)
    (tmp_path / "hostproof" / "bin").mkdir(parents=True)
    (tmp_path / "hostproof" / "bin" / "hostproof").symlink_to(BIN / "hostproof")
    names = dict.fromkeys(("PROFILE", "UNKNOWN", "FAIL_ON"), "")
    inputs = {**names, "PACKS": "a team\n", "ARGS": "-f\ntap=x $(touch owned).tap\n"}
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
    said = run(
        *shell, script("check"), cwd=tmp_path, codes=(1,), RUNNER_TEMP=str(tmp_path), GITHUB_ACTIONS="true",
        XDG_CACHE_HOME=str(tmp_path), **inputs, **files,
    )  # fmt: skip
    assert "::error file=a team/pack.yaml,line=5,title=team.one" in said
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == "exit-code=1\n"
    assert "unfit" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text()
    assert (tmp_path / "hostproof.junit.xml").exists()
    assert (tmp_path / "x $(touch owned).tap").exists()
    assert not (tmp_path / "owned").exists()


def test_the_action_reads_its_inputs() -> None:
    """Every input reaches a step, and only by variables: none becomes part of a script."""
    steps = read("action.yml")["runs"]["steps"]
    used = {value for step in steps for value in step["env"].values()}
    assert used == {"${{ inputs." + name + " }}" for name in read("action.yml")["inputs"]}
    assert not any("${{" in step["run"] for step in steps)


@pytest.mark.long
def test_the_action_installs(tmp_path: Path) -> None:
    """Its step makes an environment with hostproof in it; the dependencies are borrowed from this one."""
    site = str(Path(pytest.__file__).parents[1])
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHONPATH": site}
    run("bash", "-ec", script("install"), cwd=tmp_path, RUNNER_TEMP=str(tmp_path), PYTHON=sys.executable,
        GITHUB_ACTION_PATH=str(CHECKOUT), **offline)  # fmt: skip
    assert "hostproof" in run(tmp_path / "hostproof/bin/hostproof", "--version", cwd=tmp_path, PYTHONPATH=site)


def test_pre_commit(tmp_path: Path) -> None:
    """The manifest is valid; its hook, run by pre-commit, passes a right pack and stops a wrong one."""
    run(BIN / "pre-commit", "validate-manifest", CHECKOUT / ".pre-commit-hooks.yaml", cwd=tmp_path)
    (hook,) = read(".pre-commit-hooks.yaml")
    local = {name: hook[name] for name in ("id", "name", "entry", "files", "types")} | {"language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(json.dumps(config))
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "pack.yaml").write_text(PACK)
    variables = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    run("git", "init", "-q", cwd=tmp_path, **variables)
    run("git", "add", "team", ".pre-commit-config.yaml", cwd=tmp_path, **variables)
    assert "Passed" in run(BIN / "pre-commit", "run", "--all-files", cwd=tmp_path, **variables)
    (tmp_path / "team" / "pack.yaml").write_text(PACK.replace("1 > 2", "1 > 2ms"))
    run("git", "add", "team", cwd=tmp_path, **variables)
    assert "team/pack.yaml:5:" in run(BIN / "pre-commit", "run", "--all-files", cwd=tmp_path, codes=(1,), **variables)


@pytest.mark.parametrize(("name", "kind"), [("kubernetes-job", "Job"), ("kubernetes-daemonset", "DaemonSet")])
def test_kubernetes(name: str, kind: str) -> None:
    """Manifests have what the API demands, mount the node unwritable, and may do no more than read it."""
    manifest = read(f"ci/{name}.yaml")
    assert manifest["kind"] == kind
    pod = manifest["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    (container,) = pod["containers"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert set(mounts) == set(volumes)
    assert volumes["host"]["hostPath"]["path"] == "/"
    assert mounts["host"]["readOnly"] is True
    security = container["securityContext"]
    assert security["capabilities"] == {"drop": ["ALL"], "add": ["DAC_READ_SEARCH"]}
    assert not security["allowPrivilegeEscalation"]
    assert manifest["spec"].get("selector", {}).get("matchLabels", {}).items() <= (
        manifest["spec"]["template"]["metadata"]["labels"].items()
    )
    if kind == "Job":
        assert pod["restartPolicy"] == "Never"
        command = find_command(container["args"][0])
        assert command is not None
        assert read_words(command, container["args"][1:]) is not None


@pytest.mark.parametrize("name", ["kubernetes-job", "kubernetes-daemonset"])
def test_kubernetes_by_its_schemas(name: str) -> None:
    """Manifests are valid by Kubernetes' own schemas, where somebody has installed them (100 MB)."""
    validator = pytest.importorskip("kubernetes_validate")
    validator.validate(read(f"ci/{name}.yaml"), "1.30", strict=True)


def test_systemd(tmp_path: Path) -> None:
    """The units are taken by systemd as they are, but for a program that is there."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not here")
    for name in ("hostproof.service", "hostproof.timer"):
        text = (CHECKOUT / "ci" / name).read_text()
        (tmp_path / name).write_text(text.replace("/usr/bin/hostproof", str(BIN / "hostproof")))
    said = run(analyze, "verify", tmp_path / "hostproof.service", tmp_path / "hostproof.timer", cwd=tmp_path)
    assert "hostproof" not in said


def test_jenkinsfile() -> None:
    """Brackets and quotes of the Jenkinsfile close, and its stage does what the page says."""
    text = (CHECKOUT / "ci" / "Jenkinsfile").read_text()
    plain = re.sub(r"'[^'\n]*'", "''", text)
    assert plain.count("'") % 2 == 0
    while (inner := re.sub(r"\{[^{}]*\}", "", plain)) != plain:
        plain = inner
    assert plain.split() == ["pipeline"]
    assert "junit testResults: 'hostproof.junit.xml'" in text
