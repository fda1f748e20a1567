# Everything a person does to this project starts here: `make help`.
# Go and make are enough: tools come through the Go module proxy into
# bin/tools, PostgreSQL, redis-server and Chromium are found or installed by
# the commands that need them.

# Version stamping asks git, which may be missing or distrust the folder. Without
# the folder's path in it, what one clone has compiled serves the next.
export GOFLAGS := $(GOFLAGS) -buildvcs=false -trimpath

# The race detector's build is the only build of the dependencies that the
# checks and the tests need, so vet and staticcheck read that one too: a cold
# machine compiles each library once instead of twice.
RACE := GOFLAGS="$(GOFLAGS) -race"

TOOLS := bin/tools

.PHONY: help demo test check lint fmt generate check-generated check-format vet staticcheck assets bench chaos clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Start the whole service with seeded people, privately under .demo (ARGS="--listen 127.0.0.1:18080 --fresh")
	@echo "building (the first time takes a few minutes)"
	@go build -o bin/ ./cmd/howareyou ./cmd/howareyou-demo
	@exec bin/howareyou-demo $(ARGS)

# The longest first, so that none of them is left over at the end. One or two
# failed tests are run once more, and both results are shown: they are races of a
# busy machine that want mending, and no reason to throw the run away. A data race
# that the detector has seen is never run again.
test: check $(TOOLS)/gotestsum ## Run everything that must pass: the checks, then all tests under the race detector
	go run ./internal/devenv/testenv -- $(TOOLS)/gotestsum --format standard-quiet \
		--rerun-fails=1 --rerun-fails-max-failures=2 --rerun-fails-abort-on-data-race --packages "./internal/e2e ./internal/postgres ./..." \
		-- -race -vet=off -timeout 20m

check: check-generated check-format vet staticcheck ## Run the quick checks alone: generated code, format, vet, staticcheck

check-generated: $(TOOLS)/templ
	@tools/check-generated.sh $(TOOLS)/templ

check-format:
	@stale=$$(gofmt -l $$(find . -name '*.go' -not -path './node_modules/*')); \
	if [ -n "$$stale" ]; then echo "not formatted (make fmt mends it):"; echo "$$stale"; exit 1; fi

vet:
	go vet -race ./...

staticcheck: $(TOOLS)/staticcheck
	$(RACE) $(TOOLS)/staticcheck ./...

lint: $(TOOLS)/golangci-lint ## Run the full linter set (its first build takes about two minutes)
	$(RACE) $(TOOLS)/golangci-lint run ./...

fmt: $(TOOLS)/gofumpt $(TOOLS)/templ ## Format Go and templ files
	$(TOOLS)/gofumpt -w $$(find . -name '*.go' -not -name '*_templ.go' -not -path './node_modules/*')
	$(TOOLS)/templ fmt .

generate: $(TOOLS)/templ ## Write the Go code of the templ pages
	$(TOOLS)/templ generate -log-level warn

assets: ## Fetch the browser files from npm again (only to take a new version)
	sh scripts/assets.sh

bench: ## Print every figure that the documentation quotes (ARGS="--only inbound")
	@go build -o bin/ ./cmd/howareyou ./cmd/howareyou-bench
	@exec bin/howareyou-bench $(ARGS)

chaos: ## Kill and starve the service while texts go through it, and count (ARGS="--messages 50000 --kills 500 --seed 1")
	@go build -o bin/ ./cmd/howareyou ./cmd/howareyou-chaos
	@exec bin/howareyou-chaos $(ARGS)

clean: ## Remove what was built; the demo's data stays
	rm -rf bin dist

# A tool is built again only when its version changes.
TOOL_PKG_gofumpt       := mvdan.cc/gofumpt
TOOL_PKG_golangci-lint := github.com/golangci/golangci-lint/v2/cmd/golangci-lint
TOOL_PKG_gotestsum     := gotest.tools/gotestsum
TOOL_PKG_staticcheck   := honnef.co/go/tools/cmd/staticcheck
TOOL_PKG_templ         := github.com/a-h/templ/cmd/templ

$(TOOLS)/%: tools/go.mod tools/go.sum
	@echo "building the tool $*"
	@cd tools && go build -o ../$@ $(TOOL_PKG_$*)
