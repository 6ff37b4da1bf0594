.DEFAULT_GOAL := help
.PHONY: help environment run test check bench bench-quick screens site sbom licences audit faults many soak fuzz

help: ## what this file can do
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 20

environment: ## make .venv; instant when it is there
	@.ci/environment

run: environment ## the bot: against the sandbox, or against Telegram with TELEGRAM_BOT_TOKEN
	@.venv/bin/dodomu run $(ARGS)

test: ## everything CI runs, browser tests included
	@.ci/run

check: ## the gates and the quick tests, for before every commit
	@.ci/run quick

faults: ## every death of docs/reliability.md as often as it says there; prints a table
	@.ci/faults

bench: environment ## measure all of docs/performance.md, about an hour; JSON in var/bench.json
	@mkdir -p var
	.venv/bin/python -m benchmarks prepare
	.venv/bin/python -m benchmarks --json var/bench.json $(ARGS)

bench-quick: environment ## the same with less of everything, a few minutes
	.venv/bin/python -m benchmarks --quick $(ARGS)

screens: environment ## take the pictures of docs/screens.md anew
	CHROMIUM=$$(.ci/browser) .venv/bin/pytest -q tests/browser/screens.py

site: ## docs/site as pages for browsers, in both languages, in var/site
	@.ci/site

sbom: environment ## sbom.cdx.json: every package that is inside, with its hashes
	.venv/bin/python -m deploy.inventory sbom > sbom.cdx.json

licences: environment ## write docs/licences.md anew
	.venv/bin/python -m deploy.inventory licences > docs/licences.md

audit: environment ## known weaknesses of the packages in requirements.lock; asks the index
	@.ci/audit

many: environment ## kill any of several processes forty times
	KILLS=40 .venv/bin/pytest -q -s tests/whole/test_many.py

soak: environment ## 12,000 updates and forty kills through each door
	UPDATES=12000 KILLS=40 COPIED=50 .venv/bin/pytest -q -s tests/whole/test_soak.py tests/handlers/test_copies.py

fuzz: environment ## five thousand odd inputs for every parser
	HYPOTHESIS_PROFILE=full .venv/bin/pytest -q tests/fuzz tests/handlers/test_any_update.py tests/flows/kinds/test_kind_any_input.py
