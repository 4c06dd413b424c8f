# make run    serves a call on http://localhost:8080
# make test   runs everything; it installs or names what is missing
GO       ?= go
GOLANGCI  = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 60s

.PHONY: run build test test-go test-js test-browser lint bench fuzz fmt clean

run:
	$(GO) run ./cmd/signal

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/signal ./cmd/signal

test: test-js test-go test-browser lint

test-go:
	@.ci/need go cc
	CGO_ENABLED=1 $(GO) test -race ./...
	CGO_ENABLED=1 $(GO) test -race -tags plain ./signaling

test-js:
	@.ci/need node
	npm run --silent check
	npm test --silent

test-browser:
	@.ci/need go chromium
	$(GO) test -tags browser -count=1 -run 'Browser' ./cmd/signal

lint:
	@.ci/need go
	$(GOLANGCI) run --build-tags browser ./...

bench:
	@.ci/need go
	$(GO) run ./signaling/bench
	$(GO) run ./chat/bench

fuzz:
	$(GO) test -run '^$$' -fuzz FuzzDecode -fuzztime $(FUZZTIME) ./signaling/protocol

fmt:
	$(GOLANGCI) fmt ./...

clean:
	rm -rf bin
