# make briefing [LEDGER=path OUT=dir]   mine a ledger into OUT/briefing.pdf
# make test | lint | lab | refresh      check everything; style; open JupyterLab; re-run the notebooks
# make docs                             build the documentation site into out/docs
# make fuzz | advisories                 look for inputs that break it; known faults of the libraries
# make wheels                           collect every wheel for a machine without a network (see README)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LEDGER ?= data/city.xlsx
OUT ?= out/sample
KEY := $(if $(filter data/%,$(LEDGER)),--key data/sample.key)
FUZZ ?= -max_total_time=150
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb))
# Kept outputs are compared to the digit. Issues no longer hang on the order in which a processor adds up, but no machine
# with AVX-512 was there to show it for all else: libraries are told to work as on any x86 of the last ten years.
ALIKE := OMP_NUM_THREADS=1
ifeq ($(shell uname -m),x86_64)
ALIKE += OPENBLAS_CORETYPE=Haswell NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR"
endif

.PHONY: briefing test unit notebooks docs lint lab refresh lock wheels fuzz advisories clean
.DEFAULT_GOAL := briefing

$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "minelib needs Python 3.11, 3.12 or 3.13; set PYTHON=python3.12, say")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

briefing: $(VENV)/.installed
	$(BIN)/minelib mine "$(LEDGER)" --out "$(OUT)" $(KEY)

test: unit notebooks

unit: $(VENV)/.installed
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

notebooks: $(VENV)/.installed
	$(ALIKE) $(BIN)/python -m pytest -q -p no:cacheprovider -n 2 --dist loadscope --nbval --nbval-current-env --nbval-cell-timeout=120 $(NOTEBOOKS)

docs: $(VENV)/.installed
	$(BIN)/sphinx-build -W --keep-going -q -b html docs out/docs

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check minelib tests benchmarks

lab: $(VENV)/.installed
	$(BIN)/jupyter lab --notebook-dir=notebooks

refresh: $(VENV)/.installed
	$(ALIKE) $(BIN)/python -m minelib.notebooks $(NOTEBOOKS)

lock:
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile pyproject.toml --extra lab --extra test --extra docs --extra scale --universal --python-version 3.11 \
	    --fork-strategy fewest --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" -q -o requirements.txt

fuzz: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "atheris>=3.0"
	for t in redact clean ledger notebook; do $(BIN)/python -W ignore tests/fuzz/fuzz.py $$t $(FUZZ) || exit 1; done

advisories: $(VENV)/.installed
	$(BIN)/python tests/advisories.py

wheels:
	$(PYTHON) -m pip wheel --quiet --require-hashes -r requirements.txt -w wheels
	$(PYTHON) -m pip wheel --quiet --no-deps . -w wheels

clean:
	rm -rf out build *.egg-info
