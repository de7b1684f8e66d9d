# One command each: `make run` judges this machine, `make test` runs the tests. Set-up happens by itself, in .venv.

BIN := .venv/bin
OUT := build/hostproof
READY := .venv/.ready
GO_VERSIONS := 1.22.10 1.27.3

.PHONY: run test test-all check bench fuzz docs measure clean

run: $(READY)
	@sh .ci/judge $(BIN)/hostproof $(OUT)

test: $(READY)
	-@sh .ci/go build/go $(BIN)/pip $(GO_VERSIONS)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not long"

# Also the tests that take minutes each round: all ways of breaking a Go toolchain.
test-all: $(READY)
	-@sh .ci/go build/go $(BIN)/pip $(GO_VERSIONS)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) .venv/.bench
	@$(BIN)/python tests/bench

# `make fuzz N=50000 SEED=1`: a shorter one, again.
fuzz: $(READY) .venv/.fuzz
	@$(BIN)/python tests/fuzz $(N) $(if $(SEED),--seed $(SEED))

# What tests of faults need that boot another kernel; Debian's packages, unpacked below build/, not installed.
guest:
	@sh .ci/guest build/guest

# The same for tests of targets: an OpenSSH server, tcsh, busybox, mksh, posh.
sshd:
	@sh .ci/sshd build/sshd

# `make healthy N=200 ARGS=--quick`: judges this machine that often by what it does; failures and unknowns are counted.
healthy: $(READY)
	@$(BIN)/python tests/healthy $(N) $(ARGS)

docs: $(READY)
	@$(BIN)/python docs/generate

# What each probe costs on this machine; `make docs` then makes a table of it.
measure: $(READY)
	@$(BIN)/python docs/measure $(PROBES)

clean:
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Peers to compare with, or what guides the fuzz; where they can't be had, both tell so and go on without.
.venv/.bench .venv/.fuzz: .venv/.%: pyproject.toml constraints.txt | $(READY)
	-@PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[$*]' && touch $@

# Installed anew only when what is to be installed changes; the code itself is used in place.
$(READY): pyproject.toml constraints.txt
	@sh .ci/venv .venv
	@touch $@
