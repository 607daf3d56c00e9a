# SPDX-License-Identifier: MIT
#
# The site: the tree's documents and the interface, from the headers; included by the Makefile.

##@ Reading about it

SITE := build/docs/html
SITE_HEADERS := $(wildcard include/lwnvme/*.h) sim/lwnvme_sim.h

docs: | setup-docs ## the documents and the interface as a site, each link checked: build/docs/html
	@mkdir -p build/docs
	@$(PYTHON) -B docs/site/filter.py build/docs/headers $(SITE_HEADERS)
	@doxygen docs/site/Doxyfile
	@$(PYTHON) -B docs/site/api.py build/docs/doxygen/xml build/docs/source/api $(SITE_HEADERS)
	@$(PYTHON) -B docs/site/stage.py build/docs/source
	@$(PYTHON) -B -m sphinx -q -W --keep-going -b html -c docs/site -d build/docs/doctrees build/docs/source $(SITE)
	@$(PYTHON) -B docs/site/check.py $(SITE)

docs-look: docs | setup-docs-look ## each page of the site in Chromium, wide and narrow, light and dark: none overflows; pictures in build/docs/screens
	@$(PYTHON) -B docs/site/look.py $(SITE) build/docs/screens

quickstart: | setup-quickstart ## docs/quickstart.md, command by command in an empty directory: to the first sector, timed
	@$(PYTHON) tests/quickstart/run

setup-docs setup-docs-look setup-quickstart: setup-%:
	@$(SETUP) $*

.PHONY: docs docs-look quickstart setup-docs setup-docs-look setup-quickstart
