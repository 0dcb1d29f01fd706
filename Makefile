# The commands of this repository. `make help` lists them.

GO        ?= go
BIN       := bin/starhost
FUZZTIME  ?= 60s
BENCHTIME ?= 1s

# Linters are pinned here and run through the module proxy: nothing is
# installed by hand.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help build demo check test bench soak attacks corpus fuzz clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build the command into bin/starhost
	$(GO) build -o $(BIN) ./cmd/starhost

demo: build ## run the shipped rules over a shipped sample of events
	./$(BIN) run --rules rules rules/samples/events.jsonl

check: build ## formatting, vet, staticcheck, and starhost's own check and test of its rules
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	./$(BIN) check --fail-level warning rules
	./$(BIN) test --cover --cover-min 100 --minimum-tests 2 rules

# A process with the race detector sleeps for a second before it exits, and the
# tests start hundreds. check has vetted the tests.
test: export GORACE := atexit_sleep_ms=0 $(GORACE)
test: check ## everything that CI runs: check, then all tests with the race detector
	$(GO) test -race -vet=off -timeout 8m ./...
	$(GO) test -run TestAttacks ./runtime/guard # memory counts only without the race detector

bench: ## benchmarks; BENCHTIME=3s for steadier figures
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

# Longer runs of what `make test` does in seconds.
soak: ## stores under faults for five minutes; kill -9, and a thousand changes of rules, under load
	STARHOST_SOAK=5m $(GO) test -race -run TestSoak -count=1 -timeout 15m ./builtins/caching/dynamodb
	STARHOST_BOLT_KILLS=20 $(GO) test -run TestKill -count=1 -timeout 10m ./builtins/caching/bolt
	STARHOST_SINK_KILLS=20 $(GO) test -run Kill -count=1 -timeout 10m ./sink
	STARHOST_KILLS=20 STARHOST_RELOADS=1000 $(GO) test -run 'TestKill|TestReload' -v -count=1 -timeout 20m ./tests/service
	STARHOST_RELOADS=1000 $(GO) test -race -run TestReloads -count=1 -timeout 20m ./ruleset

attacks: ## 650 hostile Python programs, each in a process of its own: some three minutes
	$(GO) test -count=1 -timeout 30m ./tests/attacks

# A checkout of panther-analysis, and recorded results to compare with; see
# doc/corpus.md.
corpus: ## Panther's public rules: CORPUS=checkout [TRUTH=… LOGS=… LOGS_TRUTH=… STREAM=… STREAM_TRUTH=…]
	@test -n "$(CORPUS)" || { echo "make corpus CORPUS=DIR: DIR is a checkout of panther-labs/panther-analysis"; exit 3; }
	CORPUS=$(abspath $(CORPUS)) TRUTH=$(TRUTH) LOGS=$(LOGS) LOGS_TRUTH=$(LOGS_TRUTH) \
	STREAM=$(STREAM) STREAM_TRUTH=$(STREAM_TRUTH) BENCHMARKS=$(BENCHMARKS) \
	  $(GO) test ./tests/corpus -v -count=1

fuzz: ## each fuzz target for FUZZTIME (60s)
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$pkg $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done

clean: ## remove what was built
	rm -rf bin
