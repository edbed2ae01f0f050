# `make` alone lists what there is to make.

PORT ?= 8050

# The first Python on this machine that Akin runs with; PYTHON=python3.12 make … names another.
supported := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
candidates := python3 python3.13 python3.12 python3.11
PYTHON ?= $(shell for name in $(candidates); do $$name -c '$(supported)' 2>/dev/null && echo $$name && break; done)
venv_package = $(shell "$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])' 2>/dev/null)

# Where the packages go: make pythons gives each Python an environment of its own.
venv := .venv
pip_install := $(venv)/bin/python -m pip install --disable-pip-version-check

# Root on Debian or Ubuntu gets the system packages installed; anyone else is told which ones.
apt_install := [ "$$(id -u)" = 0 ] && apt-get update -qq && \
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends >/dev/null

# A catalogue of one's own gets a bundle of its own, so that the demonstration's stays. What a bundle was made
# from is written beside it: it is made again when that or the programs have changed since. A table's pictures
# are in its folder; whether what is at an address has changed, only asking tells.
source := "$${SOURCE:-demo}"
out := $(if $(SOURCE),data-source,data)
# Where a catalogue of one's own has labels, the build learns from them.
fit := $(if $(SOURCE),--fit)
folder := "$$([ -d $(source) ] && printf %s $(source) || dirname $(source))"
made := $(source)" is in generation $$(cat $(out)/CURRENT)"
ours := precompute pictures bundle $(venv)/ready
apart := \( -name __pycache__ -o -name $(out) \) -prune
changed := find $(folder) $(ours) $(apart) -o -newer $(out)/CURRENT -print
up_to_date := [ -e $(source) ] && [ "$$(cat $(out)/.made)" = $(made) ] && [ -z "$$($(changed))" ]

# So that the address stays the last line.
quiet := --log-level warning --access-logfile /dev/null

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo live messages check test thorough pythons soak outdated audit clean browsers

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

setup: $(venv)/ready ## prepare .venv with the packages of both halves

demo: $(venv)/ready ## build the embedded catalogue and serve it; SOURCE= takes your folder, table or address, PORT= another port
	@$(venv)/bin/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT)))' 2>/dev/null || \
	  { echo "Port $(PORT) is in use: choose another, for example PORT=8051 make demo." >&2; exit 1; }
	@{ $(up_to_date); } 2>/dev/null || $(venv)/bin/python -m precompute build $(source) --out $(out) $(fit)
	@printf '%s\n' $(made) > $(out)/.made
	@echo "Akin is at http://127.0.0.1:$(PORT) until you press Ctrl+C."
	@AKIN_DATA=$(out) $(venv)/bin/gunicorn --bind 127.0.0.1:$(PORT) $(quiet) dashapp.wsgi:server

# One worker, as each would load TensorFlow for itself.
live: export AKIN_LIVE := keras
live: export WEB_CONCURRENCY := 1
live: demo ## the same, with a search by photos of your own that runs Keras here

messages: $(venv)/ready-dev ## collect the dashboard's messages for translation, and write what its languages need
	$(venv)/bin/python -m tools.messages

check: $(venv)/ready-dev ## check style and types, and run the tests that need no browser, no network and little time
	$(call style_types_and_tests,-m "not browser and not network and not kill and not slow and not attack")

test: $(venv)/ready-dev browsers ## check style and types, and run all tests
	$(style_types_and_tests)

thorough: $(venv)/ready-dev browsers ## repeat what make test tries once or at random: more sizes, languages, changes and kills
	$(pytest) -m "thorough or kill" --thorough

# One after the other, and the others also where one fails.
pythons: ## run make test with every Python from 3.11 to 3.13 on this machine, each in a .venv-3.x of 3 GB
	@status=0; tested=; for version in 3.11 3.12 3.13; do \
	  exactly="import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$$version')"; python=; \
	  for found in python$$version python3 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$$version.*/bin/python; do \
	    "$$found" -c "$$exactly" 2>/dev/null && { python=$$found; break; }; \
	  done; \
	  [ "$$python" ] || { echo "Python $$version is not on this machine."; continue; }; \
	  echo "Python $$version:"; tested=yes; \
	  $(MAKE) --no-print-directory test venv=.venv-$$version PYTHON="$$python" || status=1; \
	done; \
	[ "$$tested" ] && exit $$status

# Pytest rewrites every assert statement, which takes each process a quarter of a minute unless Python may keep it.
pytest := PYTHONDONTWRITEBYTECODE= $(venv)/bin/python -m pytest -n auto

# The first look at all types takes mypy half a minute: it looks beside the tests, and its word comes last.
define style_types_and_tests
	$(venv)/bin/ruff check .
	@found=$$(mktemp); $(venv)/bin/mypy >$$found 2>&1 & mypy=$$!; \
	$(pytest) $(1); tests=$$?; \
	wait $$mypy; types=$$?; echo "mypy: $$(cat $$found)"; rm $$found; [ $$tests = 0 ] && [ $$types = 0 ]
endef

# Two generations, which take turns.
soak: $(venv)/ready ## serve the demo to everyone at once for ten minutes, kill workers, and plot memory and errors
	@for title in "" "Again"; do $(venv)/bin/python -m precompute build demo --live --title "$$title" --out data-soak || exit 1; done
	@$(venv)/bin/python benchmarks/soak.py data-soak demo
	@echo "test-artefacts/soak.html shows it."

outdated: $(venv)/ready-dev ## list the pinned packages that have newer releases
	@$(venv)/bin/python -m pip list --outdated --disable-pip-version-check

# In an environment of its own: what audits the packages is none of them.
audit: $(venv)/bin/python ## look the pinned packages up in a database of known vulnerabilities
	@[ -x .venv-audit/bin/pip-audit ] || { $(venv)/bin/python -m venv .venv-audit && \
	  .venv-audit/bin/python -m pip install -qq --disable-pip-version-check pip-audit==2.10.1; }
	@for list in requirements*.txt; do grep -v "^-r" $$list; done | sort -u > .venv-audit/pins.txt
	@.venv-audit/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off -r .venv-audit/pins.txt || \
	  { echo "Of packages that were not found, or where the database was not reached, nothing is known." >&2; exit 1; }

clean: ## remove the environments and the caches; bundles stay
	rm -rf .venv .venv-* .pytest_cache .ruff_cache .mypy_cache test-artefacts
	find . -name __pycache__ -prune -exec rm -rf {} +

$(venv)/bin/python:
	@"$(PYTHON)" -c '$(supported)' 2>/dev/null || \
	  { echo "Akin needs Python 3.11 to 3.13: install one, or name it as in PYTHON=python3.12 make setup." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { $(apt_install) $(venv_package); } || \
	  { echo "Python cannot make environments here: install the package $(venv_package)." >&2; exit 1; }
	"$(PYTHON)" -m venv $(venv)

$(venv)/ready: requirements.txt requirements-precompute.txt | $(venv)/bin/python
	@echo "Installing packages into $(venv): the first time this downloads about 920 MB, of which"
	@echo "TensorFlow is 570 MB. To unpack all of it takes about a minute more."
	$(pip_install) $(addprefix -r ,$^)
	@touch $@

$(venv)/ready-dev: requirements-dev.txt requirements-cluster.txt $(venv)/ready
	$(pip_install) -r requirements-dev.txt
	@touch $@

# The browser tests drive the system's Chromium and Firefox, some behind its nginx, and are skipped, saying so, where
# there is none.
browsers:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { $(apt_install) chromium; } || \
	  echo "There is no Chromium, so the browser tests will be skipped: install the package chromium."
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null || { $(apt_install) firefox-esr; } || \
	  echo "There is no Firefox, so the tour in it will be skipped: install the package firefox-esr."
	@[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || { $(apt_install) nginx-light; } || \
	  echo "There is no nginx, so the tests below a path will be skipped: install the package nginx-light."
