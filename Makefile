# One command each: `make run` judges this machine, `make test` runs the tests. Set-up happens by itself, in .venv.

BIN := .venv/bin
OUT := build/hostproof
READY := .venv/.ready

.PHONY: run test check bench docs clean

run: $(READY)
	@sh .ci/judge $(BIN)/hostproof $(OUT)

test: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	@$(BIN)/python tests/bench

docs: $(READY)
	@$(BIN)/python docs/generate

clean:
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed anew only when what is to be installed changes; the code itself is used in place.
$(READY): pyproject.toml constraints.txt
	@sh .ci/venv .venv
	@touch $@
