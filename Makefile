# Runs and tests a checkout. Needs Python 3.11+ and make; gets everything else itself, once.

# Any Python that is new enough and can make virtual environments; or say: make PYTHON=/path/to/python
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WEB := $(BIN)/python scripts/web.py

# Data sets beside the checkout save the downloads.
ifneq ($(wildcard ../shared/data/.),)
export HINTERLAND_DATA ?= $(abspath ../shared/data)
endif

say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

# Two targets at a time, and the words of each together where this make can.
TWO := $(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help demo test lint lint-code lint-page test-page chromium format page gallery docs bench clean

help:
	@echo "make demo     train on the built-in digits and open the explorer"
	@echo "make test     everything that CI runs: lint, types, the page's tests, the quick and the slow tests"
	@echo "make lint     ruff, mypy, and the page's linter and type checker"
	@echo "make format   put the code in its usual shape"
	@echo "make page     build the page, if its sources are newer"
	@echo "make gallery  train and export the runs that the docs show live; make docs takes them along"
	@echo "make docs     build the docs' site into site/"
	@echo "make bench    training speed, beside Keras where PEER_PYTHON names a Python that has it"
	@echo "make clean    forget everything that was built or installed here"

demo: .venv/.ready-to-train page
	$(BIN)/hinterland demo

# While one processor installs Python's packages the other looks the page over; then one looks the
# code over and the other compiles the packages.
test:
	+@$(TWO) lint test-page chromium
	$(call say,tests)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=15
	$(call say,all is well)

lint: lint-code lint-page .venv/.ready-to-test

lint-code: .venv/.installed
	$(call say,ruff)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(call say,mypy)
	$(BIN)/mypy

lint-page: page
	$(call say,the page's code)
	$(WEB) npm run lint
	$(WEB) npm run typecheck

test-page: lint-page
	$(call say,the page's tests)
	$(WEB) npm test

chromium:
	$(call say,Chromium)
	scripts/find-chromium

format: .venv/.ready-to-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

page: .venv/.made
	$(call say,the page)
	$(WEB) build

# Some 12 minutes of processor time, the first time.
gallery: .venv/.ready-to-test page
	$(BIN)/python scripts/live.py

docs: .venv/.ready-to-test
	$(BIN)/python scripts/docs.py

bench: .venv/.ready-to-train page
	$(BIN)/python benchmarks/train.py $(if $(PEER_PYTHON),--peer-python $(PEER_PYTHON))

clean:
	rm -rf .venv .make build dist site web/node_modules hinterland/show/static
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The stamps live in .venv, so that removing it removes them. The page is built first: installing
# builds it where it is missing, in an environment of its own that would fetch Node once more.
.venv/.made:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or later that can make a virtual environment"; \
		echo "hint: sudo apt install python3 python3-venv, or: make PYTHON=/path/to/python"; exit 2; } >&2
	$(call say,a virtual environment in .venv)
	$(PYTHON) -m venv .venv
	touch $@

.venv/.ready-to-train: pyproject.toml constraints.txt hatch_build.py | .venv/.made page
	$(call say,Hinterland and what training needs)
	$(PIP) -e '.[train]'
	touch $@

.venv/.installed: pyproject.toml constraints.txt hatch_build.py | .venv/.made page
	$(call say,Hinterland and what its tests need)
	$(PIP) --no-compile -e '.[train,test]'
	touch .venv/.ready-to-train $@

# Beside the type checker, instead of pip one file after the other. Without it some test would be the
# first to import a package, and fail by what Python says of its escape sequences. Not all that is
# called .py there is Python.
.venv/.ready-to-test: .venv/.installed
	$(call say,bytecode)
	$(BIN)/python -W ignore -m compileall -qq -x '/tests?/' .venv/lib || true
	touch $@
