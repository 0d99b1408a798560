# make run    start a leader with its own node and dashboard (installs everything the first time)
# make test   run all tests
# make lint   ruff, mypy, and eslint over the scripts of the dashboard
# make proto  generate mcp_telemetry/v1 from protos/metrics.proto, if it changed
# make bench  measure, and print a table
# make screenshots   pictures of every page into build/screenshots; ARGS='FOLDER --only fleet,node'
# make soak   break a swarm at random, for as long as wanted: ARGS='--rounds 200 --seed 7', ARGS='--minutes 30'
# make clean  remove what these made
#
# PYTHON=python3.12 make run   takes another interpreter
# make run ARGS='--no-dashboard'   hands options to mcp-leader

PYTHON ?= python3
VENV   := .venv
PIP    := $(VENV)/bin/python -m pip --quiet --disable-pip-version-check

# Older than the newest on purpose: code from this one runs with protobuf 5.29 and everything after it. It needs
# protobuf < 6 itself, hence an environment of its own.
GRPCIO_TOOLS := 1.71.2
PROTO_VENV   := .venv-proto
PROTO_STAMP  := $(PROTO_VENV)/grpcio-tools-$(GRPCIO_TOOLS)
GENERATED    := mcp_telemetry/v1
OUT          ?= .

# Editing the version or a dependency installs again; nothing else does.
INSTALL_INPUTS := pyproject.toml mcp_telemetry/_version.py
NODE_CLIENT    := tests/clients/node
SCRIPT_TOOLS   := tests/javascript

.PHONY: run test lint proto bench screenshots soak clean

run: $(VENV)/installed-all proto
	@exec $(VENV)/bin/python -c "$$FOREGROUND" $(VENV)/bin/mcp-leader $(ARGS)

test: $(VENV)/installed-dev proto $(NODE_CLIENT)/node_modules/.package-lock.json
	$(VENV)/bin/python -m pytest $(ARGS)

lint: $(VENV)/installed-dev $(SCRIPT_TOOLS)/node_modules/.package-lock.json
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	npm --prefix $(SCRIPT_TOOLS) run --silent lint

bench: $(VENV)/installed-dev proto
	$(VENV)/bin/python -m tests.benchmarks $(ARGS)

screenshots: $(VENV)/installed-dev proto
	$(VENV)/bin/python -m tests.browser.screenshots $(ARGS)

soak: $(VENV)/installed-dev proto
	$(VENV)/bin/python -m tests.soak $(ARGS)

clean:
	rm -rf $(VENV) $(PROTO_VENV) $(NODE_CLIENT)/node_modules $(SCRIPT_TOOLS)/node_modules build dist *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------------------------------------------
# Installing. A stamp file says what an environment holds, so the second `make run` starts at once.
# ---------------------------------------------------------------------------------------------------------------------

$(VENV)/bin/python:
	@$(check_python)
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed-all: $(INSTALL_INPUTS) | $(VENV)/bin/python
	@echo "Installing into $(VENV): a minute or two, this once"
	$(PIP) install -e '.[all]'
	@touch $@

$(VENV)/installed-dev: $(INSTALL_INPUTS) | $(VENV)/bin/python
	@echo "Installing with the test tools into $(VENV): a minute or two, this once"
	$(PIP) install -e '.[dev]'
	@touch $@ $(VENV)/installed-all

%/node_modules/.package-lock.json: %/package-lock.json
	@$(need_npm)
	npm --prefix $* ci --silent --no-audit --no-fund
	@touch $@

define check_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "$(PYTHON) is not Python 3.11 or newer: install one, and name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
  echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv, and try again" >&2; exit 1; }
endef

# As the browser tests do with Chromium: installed where that is allowed, asked for where it is not.
define need_npm
command -v npm >/dev/null || { \
  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    export DEBIAN_FRONTEND=noninteractive; apt-get update -q && apt-get install -q -y nodejs npm; \
  else echo "the client in Node.js and the rules for scripts need npm: apt-get install nodejs npm" >&2; exit 1; fi; }
endef

# ---------------------------------------------------------------------------------------------------------------------
# Generating. Judged by content, not by time: a fresh clone has all files of one age. tests/test_generated_code.py
# generates into another folder (OUT) and compares.
# ---------------------------------------------------------------------------------------------------------------------

proto:
ifeq ($(OUT),.)
	@sha256sum --check --status $(GENERATED)/SHA256SUMS 2>/dev/null || $(MAKE) --no-print-directory generate
else
	@$(MAKE) --no-print-directory generate
endif

.PHONY: generate
generate: $(PROTO_STAMP)
	@mkdir -p $(OUT)
	$(PROTO_VENV)/bin/python -m grpc_tools.protoc -I$(GENERATED)=protos \
	  --python_out=$(OUT) --pyi_out=$(OUT) --grpc_python_out=$(OUT) $(GENERATED)/metrics.proto
	@{ sha256sum protos/metrics.proto; cd $(OUT) && sha256sum $(GENERATED)/metrics_pb2*; } > $(OUT)/$(GENERATED)/SHA256SUMS

$(PROTO_STAMP):
	@$(check_python)
	$(PYTHON) -m venv --clear $(PROTO_VENV)
	$(PROTO_VENV)/bin/python -m pip --quiet --disable-pip-version-check install grpcio-tools==$(GRPCIO_TOOLS)
	@touch $@

# ---------------------------------------------------------------------------------------------------------------------
# Ctrl-C in a terminal goes to every process in the foreground, make included, and make then reports a failure whatever
# mcp-leader did with it. So mcp-leader gets the terminal to itself, and its exit code is that of `make run`.
# ---------------------------------------------------------------------------------------------------------------------

define FOREGROUND
import os, signal, subprocess, sys

command = sys.argv[1:]
try:
    in_terminal = os.tcgetpgrp(0) == os.getpgrp()
except OSError:
    in_terminal = False
if not in_terminal:
    os.execv(command[0], command)
for ignored in (signal.SIGTSTP, signal.SIGTTOU):
    signal.signal(ignored, signal.SIG_IGN)
leader = subprocess.Popen(command, process_group=0)
for passed_on in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(passed_on, lambda number, frame: leader.send_signal(number))
os.tcsetpgrp(0, leader.pid)
code = leader.wait()
os.tcsetpgrp(0, os.getpgrp())
sys.exit(code if code >= 0 else 128 - code)
endef
export FOREGROUND
