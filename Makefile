# The entry points for people and for continuous integration. `make help` lists them; the work is in scripts/.

# One strict build serves the tests and everything after them: other flags would compile all modules again.
SWIFT_FLAGS ?= -Xswiftc -warnings-as-errors
PREFIX ?= /usr/local
SECONDS_PER_FUZZER ?= 60

# The product of Examples/FileToStdout is file-to-stdout.
EXAMPLES := $(shell ls -d Examples/*/ 2>/dev/null | grep -v /Documents/ | sed 's|Examples/||; s|/||; s|\([a-z0-9]\)\([A-Z]\)|\1-\2|g' \
	| tr '[:upper:]' '[:lower:]')
LINTED := $(wildcard Sources Tests Examples Benchmarks/Sources Fuzz/Sources Package.swift \
	Benchmarks/Package.swift Fuzz/Package.swift)
DOCUMENTED := Connect ConnectCatalog ConnectDocuments ConnectTool ConnectText ConnectComponents ConnectPatterns ConnectGzip ConnectZstd \
	ConnectJSON ConnectXML ConnectAvro ConnectAvroFiles ConnectSchemaRegistry ConnectSchemaRegistryServer \
	ConnectFiles ConnectKafka ConnectKafkaEmbedded ConnectNetwork ConnectProcess ConnectWatch \
	ConnectService ConnectTesting

.DEFAULT_GOAL := help
.PHONY: help demo test lint soak sanitize fuzz bench docs install clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-16s%s\n", $$1, $$2 }'

demo: ## builds the file example and shows it at work
	@scripts/demo

test: ## builds strictly and runs all tests
	scripts/bootstrap tests
	swift build --build-tests $(SWIFT_FLAGS)
	@# Counts do not depend on how busy the machine is, and some tests mostly wait.
	@nice scripts/check-costs >.build/costs.log 2>&1 & costs=$$!; trap 'kill $$costs 2>/dev/null' INT TERM; \
	scripts/run-tests $(SWIFT_FLAGS); tests=$$?; \
	wait $$costs; costs=$$?; cat .build/costs.log; exit $$((tests + costs))

lint: ## checks the format of all Swift files
	swift format lint --strict --parallel --recursive --configuration .swift-format $(LINTED)

soak: ## runs the tests in their long forms, for hours (variables: scripts/soak)
	SWIFT_FLAGS='$(SWIFT_FLAGS)' scripts/soak

# Backtraces are off: printing one takes longer than the test. Few seeds, everything runs many times slower here.
sanitize: export SWIFT_BACKTRACE = enable=no
sanitize: export CONNECT_SEEDS ?= 10
sanitize: export TSAN_OPTIONS ?= suppressions=$(CURDIR)/scripts/thread-sanitizer-suppressions
# What only a tagged reference of Swift points to is a leak for the address sanitizer; the tests of memory watch sizes.
sanitize: export ASAN_OPTIONS ?= detect_leaks=0
sanitize: ## runs the tests under the thread and the address sanitizer
	scripts/bootstrap tests
	scripts/sanitize-threads
	swift build --build-tests --sanitize=address --scratch-path .build/asan
	scripts/run-tests --sanitize=address --scratch-path .build/asan

fuzz: ## feeds the coders random input, SECONDS_PER_FUZZER=60 each
	scripts/fuzz $(SECONDS_PER_FUZZER)

bench: ## measures the benchmarks
	scripts/bootstrap
	swift run --package-path Benchmarks -c release connect-benchmarks

docs: ## writes the documentation of all modules to docs/
	scripts/bootstrap
	swift package --allow-writing-to-directory docs generate-documentation \
		--enable-experimental-combined-documentation $(addprefix --target ,$(DOCUMENTED)) \
		--warnings-as-errors --output-path docs

install: ## builds the examples for release and copies them to PREFIX=/usr/local
	scripts/bootstrap
	@set -e; mkdir -p "$(DESTDIR)$(PREFIX)/bin"; for product in $(EXAMPLES); do \
		binary=$$(scripts/build-release $$product); \
		install -m 755 "$$binary" "$(DESTDIR)$(PREFIX)/bin/"; \
		echo "installed $(DESTDIR)$(PREFIX)/bin/$$product"; \
	done

clean: ## deletes everything that was built
	rm -rf .build docs Benchmarks/.build Fuzz/.build
