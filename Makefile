# make run    serves a call on http://localhost:8080
# make test   runs everything; it installs or names what is missing
# make test-nat  the relay, and calls through NATs; Linux, as root
# make lighthouse  scores of home and door; its reports go to bin/lighthouse
# make licences  writes docs/licences.md anew; make vuln  asks for known vulnerabilities, over the network
# make attack  an honest call beside every flood; Linux, two minutes
# make test-network  calls over networks that fail; Linux, as root, some minutes
GO       ?= go
GOLANGCI  = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 60s
SOAKTIME ?= 10m

.PHONY: run build test test-go test-js test-browser test-nat nat-lab nat-relay nat-calls test-network lint licences vuln lighthouse bench bench-page fuzz soak attack fmt clean

run:
	$(GO) run ./cmd/signal

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/signal ./cmd/signal

# The linters take what the browser tests leave of the machine.
test:
	@$(MAKE) --no-print-directory -j2 test-js test-go
	@$(MAKE) --no-print-directory -j2 test-browser lint

test-go:
	@.ci/need go cc
	CGO_ENABLED=1 $(GO) test -race ./...
	$(GO) test -tags plain ./signaling

test-js:
	@.ci/need node
	npm run --silent check
	npm test --silent

test-browser:
	@.ci/need go node chromium
	$(GO) test -tags browser -count=1 -timeout 20m -run 'Browser' ./cmd/signal

test-nat:
	@.ci/need linux root go ip nft coturn
	@$(MAKE) --no-print-directory -j3 nat-lab nat-relay nat-calls

nat-lab:
	$(GO) test -tags network -count=1 ./internal/netlab

nat-relay:
	$(GO) test -tags network -count=1 -run 'Turnutils|Stunclient' ./signaling/turn

nat-calls:
	$(GO) test -tags network -count=1 -timeout 10m -run 'NetworkNAT$$' ./cmd/signal

test-network: test-nat
	@.ci/need chromium firefox certutil
	$(GO) test -tags network -count=1 -timeout 30m -v -run 'Network' -skip 'NetworkNAT$$' ./cmd/signal

lint:
	@.ci/need go
	$(GO) mod verify
	nice -n 19 $(GOLANGCI) run --build-tags browser,network,attack ./...

licences:
	@mkdir -p bin
	$(GO) run ./internal/licences > bin/licences.md
	mv bin/licences.md docs/licences.md

vuln:
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./cmd/signal

lighthouse:
	@.ci/lighthouse bin/lighthouse

bench:
	@.ci/need go
	$(GO) run ./signaling/bench
	$(GO) run ./chat/bench
	@.ci/need coturn
	$(GO) run ./signaling/turn/bench

bench-page:
	@.ci/need linux go chromium
	MOIM_BENCH=1 $(GO) test -tags browser -count=1 -timeout 20m -v -run 'BenchPage' ./cmd/signal

fuzz:
	$(GO) test -run '^$$' -fuzz FuzzDecode -fuzztime $(FUZZTIME) ./signaling/protocol
	$(GO) test -run '^$$' -fuzz FuzzToken -fuzztime $(FUZZTIME) ./signaling
	$(GO) test -run '^$$' -fuzz FuzzHTTP -fuzztime $(FUZZTIME) ./cmd/signal
	$(GO) test -run '^$$' -fuzz FuzzPass -fuzztime $(FUZZTIME) ./signaling/pass
	$(GO) test -run '^$$' -fuzz FuzzExchange -fuzztime $(FUZZTIME) ./signaling/turn
	$(GO) test -run '^$$' -fuzz FuzzStream -fuzztime $(FUZZTIME) ./signaling/turn
	$(GO) test -run '^$$' -fuzz FuzzAnswer -fuzztime $(FUZZTIME) -fuzzminimizetime 1x ./signaling/echo

soak:
	@.ci/need go cc
	SOAKTIME=$(SOAKTIME) CGO_ENABLED=1 $(GO) test -race -count=1 -timeout 0 -v -run TestSoak ./cmd/signal

attack:
	@.ci/need linux go
	$(GO) test -tags attack -count=1 -timeout 20m -v -run 'TestAttacks' ./cmd/signal

fmt:
	$(GOLANGCI) fmt ./...

clean:
	rm -rf bin
