"""A module of our own, initialised, built, run, vetted and tested: what a toolchain is for."""

import json
import os

from ...lines import AskError
from ...probing import gotool
from ...probing.measure import SECOND
from ...probing.step import Context

PATH = "example.com/hostproof/trial"
MAIN = """package main

import (
	"encoding/json"
	"os"
	"runtime"
	"sort"
	"strings"

	"example.com/hostproof/trial/sum"
)

func main() {
	words := strings.Fields("c b a")
	sort.Strings(words)
	numbers := make(chan int64)
	go func() {
		defer close(numbers)
		for number := int64(1); number <= 100; number++ {
			numbers <- number
		}
	}()
	total := int64(0)
	for number := range numbers {
		total = sum.Add(total, number)
	}
	said := map[string]interface{}{
		"mark": "MARK", "with": runtime.Version(), "on": runtime.GOOS + "/" + runtime.GOARCH,
		"words": strings.Join(words, ""), "total": total,
	}
	if json.NewEncoder(os.Stdout).Encode(said) != nil {
		os.Exit(1)
	}
}
"""
SUM = """package sum

// Add returns the sum of two numbers.
func Add(a, b int64) int64
"""
SUM_ELSEWHERE = "package sum\n\n// Add returns the sum of two numbers.\nfunc Add(a, b int64) int64 { return a + b }\n"
ASSEMBLY = {
    "amd64": "\tMOVQ a+0(FP), AX\n\tADDQ b+8(FP), AX\n\tMOVQ AX, ret+16(FP)\n\tRET\n",
    "arm64": "\tMOVD a+0(FP), R0\n\tMOVD b+8(FP), R1\n\tADD R1, R0\n\tMOVD R0, ret+16(FP)\n\tRET\n",
}
TEST = """package sum

import "testing"

func TestRight(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Fatal("1 + 2 is not 3")
	}
}

func TestWrong(t *testing.T) {
	if Add(1, 2) != 4 {
		t.Fatal("as it should be")
	}
}
"""
WRONG = 'package wrong\n\nimport "fmt"\n\nfunc Wrong() { fmt.Printf("%d", "text") } // MARK\n'


class Trial:
    """The module in a scratch folder; `program` is where it is built to, `mark` what only this run's program says."""

    def __init__(self, context: Context, command: str, name: str) -> None:
        self.command = command
        self.folder = os.path.join(context.scratch(), name)
        self.program = os.path.join(context.scratch(), name + "-program")
        self.mark = "{}-{}".format(name, os.urandom(6).hex())
        self.environment = gotool.hermetic(context, CGO_ENABLED="0")
        known = gotool.go_env(command, self.environment, names=gotool.CHEAP)
        self.machine = known.get("GOOS", "") + "/" + known.get("GOARCH", "")
        self.write("main.go", MAIN.replace("MARK", self.mark))
        assembly = ASSEMBLY.get(known.get("GOARCH", ""))
        self.write("sum/sum.go", SUM if assembly else SUM_ELSEWHERE)
        if assembly:
            head = '// {}\n\n#include "textflag.h"\n\nTEXT ·Add(SB), NOSPLIT, $0-24\n'.format(self.mark)
            self.write("sum/sum_{}.s".format(known["GOARCH"]), head + assembly)
            self.write("sum/sum_other.go", "//go:build !{}\n\n{}".format(known["GOARCH"], SUM_ELSEWHERE))
            self.write("sum/sum.go", "//go:build {}\n\n{}".format(known["GOARCH"], SUM))
        self.write("sum/sum_test.go", TEST)
        self.write("wrong/wrong.go", WRONG.replace("MARK", self.mark))
        self.write("go.mod", "module {}\n\ngo 1.17\n".format(PATH))

    def write(self, path: str, text: str) -> None:
        """Write a file of the module."""
        whole = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write(text)

    def go(self, *words: str, most: float = 240.0) -> "gotool.Done":
        """Run the go command in the module's folder."""
        return gotool.run([self.command, *words], self.environment, self.folder, most)


def trial(context: Context) -> "dict[str, object]":
    """Do with a module what is done with modules; `said` has the words of each action that failed."""
    tried = Trial(context, gotool.command_of(context), "trial")
    os.unlink(os.path.join(tried.folder, "go.mod"))
    made = tried.go("mod", "init", PATH)
    if made.status:
        raise made.error("run `go mod init` in an empty folder, and mend what it says")
    said: "dict[str, str]" = {}
    return dict(built(tried, said), **used(tried, said), said=said)


def built(tried: Trial, said: "dict[str, str]") -> "dict[str, object]":
    """Build the program anew and run it."""
    done = tried.go("build", "-trimpath", "-o", tried.program, ".")
    if done.status:
        said["build"] = done.trouble()
        none = AskError("failed", "nothing was built: {}".format(done.trouble()), "see what `go build` says")
        return {"builds": False, "runs_built": none, "built_with": none, "build_time": none}
    took = int(done.took * SECOND)
    known: "dict[str, object]" = {}
    try:
        ran = gotool.run([tried.program], tried.environment, tried.folder, 20.0)
        known = json.loads(ran.out) if ran.status == 0 else {}
        trouble = ran.trouble()
    except (AskError, ValueError) as problem:
        trouble = str(problem)
    expected = {"mark": tried.mark, "on": tried.machine, "words": "abc", "total": 5050}
    right = all(known.get(name) == value for name, value in expected.items())
    if not right:
        said["run"] = trouble
    none = AskError("failed", "the program did not run: {}".format(trouble), "see why programs don't run from TMPDIR")
    return {"builds": True, "runs_built": right, "built_with": known.get("with", none), "build_time": took}


def used(tried: Trial, said: "dict[str, str]") -> "dict[str, object]":
    """List, vet and test the module: what is right passes, what is wrong is told."""
    lists, vet = tried.go("list", "-m", "all"), tried.go("vet", "-trimpath", ".", "./sum")
    finds, test = tried.go("vet", "-trimpath", "./wrong"), tried.go("test", "-count=1", "-trimpath", "-v", "./sum")
    found: "dict[str, object]" = {
        "lists": lists.status == 0 and lists.out.split() == [PATH],
        "vet": vet.status == 0,
        "vet_finds": finds.status != 0 and "Printf" in finds.err,
        "test": "--- PASS: TestRight" in test.out,
        "test_finds": test.status != 0 and "--- FAIL: TestWrong" in test.out,
    }
    for name, done in (("lists", lists), ("vet", vet), ("vet_finds", finds), ("test", test), ("test_finds", test)):
        if not found[name]:
            said[name] = done.trouble()
    return found
