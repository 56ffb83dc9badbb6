# The front door. Sources are found by folder; a new file needs no line here.
#
#   make              build/haike (installs what is missing, builds web/ too where it has a package.json)
#   make run          builds, makes a demo company in an empty data folder, serves on 127.0.0.1:8080
#   make test         every test, both databases, browser included; the last line is "N passed, N failed"
#   make unit         unit tests only; LAYER=src/http or LAYER=objects/customer: those of one folder
#   make test-long    sanitizers, faults, fuzzing      make fuzz      a minute for each parser
#   make fault        crashes, power cuts, failing disks
#   make mutate       takes out each permission clause in turn: a test must notice
#   make bench        measurements                     make bench-browser   Lighthouse, frames, boards
#   make pictures     the main screens, in build/pictures
#   make web          the browser interface only
#   make style        the house rules                  make clean     removes what was built
#
# Variables: SANITIZE=address,undefined (own build folder) · CC=clang · BUILD=folder · WEB=0 (without the browser interface) · V=1 (shows commands)
# DATA=folder LISTEN=address:port for `make run` · FUZZ_SECONDS=60

ifeq ($(origin CC),default)
CC := $(if $(shell command -v ccache 2>/dev/null),ccache )gcc
endif
comma := ,
SANITIZE ?=
BUILD ?= build$(if $(SANITIZE),/san-$(subst $(comma),-,$(SANITIZE)))
DATA ?= data
LISTEN ?= 127.0.0.1:8080
WEB ?= 1
FUZZ_SECONDS ?= 60
export PATH := $(CURDIR)/.node/bin:$(PATH)
# A node from npm's registry brings its own certificates; the machine's are what its owner trusts.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# Layers in the order of includes: a unit test is linked with its own layer and those below, so that an upward call does not even link.
LAYERS := base os store http expr meta access record flow report link api
PACKAGES := libmicrohttpd sqlite3 libpq libsodium icu-i18n icu-uc libical xlsxwriter zlib libcrypto libqrencode

sources := $(shell find src objects -name '*.c' 2>/dev/null | sort)
tests_c := $(filter %_test.c,$(sources))
parts_c := $(filter-out %_test.c src/app/main.c,$(sources))
support_c := $(wildcard tests/support/*.c)
property_c := $(shell find tests/property tests/fault -name '*_test.c' 2>/dev/null | sort)
fuzz_c := $(wildcard tests/fuzz/*.c)
bench_c := $(wildcard bench/*.c)
object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

# What pkg-config says is kept in a file that is made after the packages are there.
ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/config.mk
endif
$(BUILD)/config.mk: tools/setup Makefile
	@mkdir -p $(BUILD)
	@tools/setup build
	@{ echo "PACKAGE_CFLAGS := $$(pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g')"; \
	   echo "PACKAGE_LIBS := $$(pkg-config --libs $(PACKAGES))"; } > $@.new && mv $@.new $@

warnings := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wno-format-nonliteral -Wundef -Wwrite-strings
hardening := -fstack-protector-strong -fstack-clash-protection -fPIE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
# GCC sees uninitialised memory that is not there once it has put its checks in
sanitizers := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-maybe-uninitialized)
COMPILE = $(CC) -std=gnu17 -D_GNU_SOURCE -Isrc -I. $(PACKAGE_CFLAGS) -O2 -g -pthread $(warnings) $(hardening) $(sanitizers) $(CFLAGS)
LINK = $(CC) -pthread -pie $(sanitizers) -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)
LIBS = $(PACKAGE_LIBS) -lm -ldl
quiet = @$(if $(V),,echo "  $(1) $(2)";)

.PHONY: all run test unit property test-long fault mutate fuzz bench bench-build bench-browser pictures web clean style help tests-build library
all: $(BUILD)/haike

# --- objects and layers
$(BUILD)/obj/%.o: %.c $(BUILD)/config.mk
	@mkdir -p $(@D)
	$(call quiet,CC,$<)$(COMPILE) -MMD -MP -c $< -o $@

-include $(patsubst %.o,%.d,$(call object,$(sources) $(support_c) $(property_c) $(fuzz_c) $(bench_c)))

generated_o := $(BUILD)/gen/pinyin_table.o $(BUILD)/gen/assets.o $(BUILD)/gen/assets_data.o $(if $(wildcard tools/texts.mjs),$(BUILD)/gen/texts.o)
archive = $(BUILD)/lib/$(1).a
define layer_rule
$(call archive,$(1)): $(call object,$(filter $(2)/%,$(parts_c))) $(3)
	@mkdir -p $$(@D)
	@rm -f $$@; ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l),src/$(l),$(if $(filter base,$(l)),$(generated_o)))))
$(eval $(call layer_rule,objects,objects))
$(eval $(call layer_rule,app,src/app))
$(eval $(call layer_rule,support,tests/support))
$(call archive,support): $(call object,$(support_c))
archives := $(foreach l,app objects $(LAYERS),$(call archive,$(l)))
group = -Wl,--start-group $(1) -Wl,--end-group
library: $(archives)

main_o := $(if $(wildcard src/app/main.c),$(call object,src/app/main.c))
# what a debugger needs would be half of the program; compressed, half of that
compressed := -Wl,--compress-debug-sections=zlib
$(BUILD)/haike: $(main_o) $(archives)
	$(if $(main_o),$(call quiet,LD,$@)$(LINK) $(compressed) -o $@ $(main_o) $(call group,$(archives)) $(LIBS),@echo "no src/app/main.c yet: the libraries are built")

# --- generated: texts in both languages, definitions and the browser interface as bytes
text_files := $(wildcard src/*/texts.json objects/*/texts.json)
definition_files := $(shell find objects -name '*.json' ! -name texts.json 2>/dev/null | sort) $(wildcard src/*/data/*.txt) web/src/fields/address/divisions.json
$(BUILD)/gen/list: FORCE
	@mkdir -p $(@D); echo '$(text_files) $(definition_files)' | cmp -s - $@ || echo '$(text_files) $(definition_files)' > $@
$(BUILD)/gen/texts.c: tools/texts.mjs $(text_files) $(BUILD)/gen/list
	$(call quiet,GEN,$@)node tools/texts.mjs $@
$(BUILD)/gen/assets.c: tools/assets.mjs $(definition_files) $(BUILD)/gen/list $(BUILD)/.web
	$(call quiet,GEN,$@)node tools/assets.mjs $@ $(BUILD)/gen/assets.S $(if $(with_web),web/dist)
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/config.mk
	@$(COMPILE) -c $< -o $@
$(BUILD)/gen/assets_data.o: $(BUILD)/gen/assets.c
	@$(CC) -c $(BUILD)/gen/assets.S -o $@
# readings of Han characters, asked of ICU's rules once and for all
$(BUILD)/gen/pinyin_table.c: tools/pinyin_table.c src/base/pinyin_rules.c src/base/pinyin_rules.h src/base/pinyin.h $(BUILD)/config.mk
	@mkdir -p $(@D)
	$(call quiet,GEN,$@)$(CC) -std=gnu17 -D_GNU_SOURCE -Isrc $(PACKAGE_CFLAGS) -O1 -pthread -o $(BUILD)/gen/pinyin_table tools/pinyin_table.c src/base/pinyin_rules.c src/base/status.c \
		$(PACKAGE_LIBS) && $(BUILD)/gen/pinyin_table > $@
FORCE:

# --- the browser interface; built once for all build folders
with_web := $(and $(filter 1,$(WEB)),$(wildcard web/package.json),$(wildcard web/index.html))
ifeq ($(with_web),)
$(BUILD)/.web: FORCE
	@mkdir -p $(@D); [ "$$(cat $@ 2>/dev/null)" = none ] || echo none > $@
else
# after a build without the interface the stamp is older than this file: what it says counts, not only its time
$(BUILD)/.web: build/web.stamp FORCE
	@mkdir -p $(@D); [ "$$(cat $@ 2>/dev/null)" = web ] && [ ! build/web.stamp -nt $@ ] || echo web > $@
endif
web: build/web.stamp
web_sources := $(shell find web -type f ! -path '*/node_modules/*' ! -path 'web/dist/*' ! -path 'web/coverage/*' ! -name '*.tsbuildinfo' 2>/dev/null)
web/node_modules/.stamp: web/package.json $(wildcard web/package-lock.json)
	@tools/setup web
	cd web && $(if $(wildcard web/package-lock.json),npm ci,npm install) --no-audit --no-fund --loglevel=error
	@touch $@
build/web.stamp: web/node_modules/.stamp $(web_sources)
	@mkdir -p build
	cd web && npm run --silent build
	@touch $@

# --- tests
program = $(patsubst %.c,$(BUILD)/test/%,$(1))
layer_of = $(if $(filter src/%,$(1)),$(word 2,$(subst /, ,$(1))),all)
# the layers up to and including the one named; all of them for anything else
upto = $(if $(filter $(1),$(LAYERS)),$(call cut,$(1),$(LAYERS)),app objects $(LAYERS))
cut = $(if $(2),$(firstword $(2)) $(if $(filter $(1),$(firstword $(2))),,$(call cut,$(1),$(wordlist 2,99,$(2)))))
define test_rule
$(call program,$(1)): $(call object,$(1)) $(foreach l,$(call upto,$(call layer_of,$(1))),$(call archive,$(l))) $(call archive,support)
	@mkdir -p $$(@D)
	$$(call quiet,LD,$$@)$$(LINK) -o $$@ $$< $$(call group,$$(filter %.a,$$^)) $$(LIBS) -lcmocka
endef
$(foreach t,$(tests_c) $(property_c),$(eval $(call test_rule,$(t))))
$(call object,$(tests_c) $(property_c) $(support_c)): | $(BUILD)/.setup-test
$(BUILD)/.setup-test: tools/setup
	@mkdir -p $(@D); tools/setup test && touch $@

LAYER ?=
unit_programs := $(call program,$(if $(LAYER),$(filter $(LAYER)/% %$(LAYER),$(tests_c)),$(tests_c)))
unit: $(unit_programs)
	@tests/programs $(BUILD)/test-logs/unit $(BUILD)/test $(unit_programs)
property: $(call program,$(property_c))
	@tests/programs $(BUILD)/test-logs/property $(BUILD)/test $(call program,$(property_c))
tests-build: all bench-build $(call program,$(tests_c) $(property_c))
style:
	@node tools/style.mjs
test: | $(BUILD)/.setup-test
	@tests/run
test-long: | $(BUILD)/.setup-test
	@tests/run --long

# --- faults: a library that is loaded in front of the program, and its control
faultfs := $(BUILD)/faultfs.so $(BUILD)/forgetful
tests-build: $(faultfs)
$(BUILD)/faultfs.so: tests/support/faultfs/faultfs.c $(BUILD)/config.mk
	$(call quiet,LD,$@)$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g -pthread $(warnings) -fPIC -shared -o $@ $<
$(BUILD)/forgetful: tests/support/faultfs/forgetful.c $(BUILD)/config.mk
	$(call quiet,LD,$@)$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g $(warnings) -o $@ $<
fault: $(BUILD)/haike $(faultfs) | $(BUILD)/.setup-test
	@HAIKE=$(BUILD)/haike tests/fault/run

# --- permission clauses, taken out one at a time in a copy of the tree: build/mutate
mutate: | $(BUILD)/.setup-test
	@node tests/mutate/run.mjs

# --- fuzzing: one libFuzzer program for each file, the corpus is kept in tests/fuzz/corpus
fuzz_build := build/fuzz
fuzz: $(BUILD)/.setup-fuzz
	@$(MAKE) BUILD=$(fuzz_build) WEB=0 CC='$(if $(shell command -v ccache 2>/dev/null),ccache )clang' CFLAGS='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' \
		LDFLAGS='-fsanitize=fuzzer,address,undefined' fuzz-run
$(BUILD)/.setup-fuzz: tools/setup
	@mkdir -p $(@D); tools/setup fuzz && touch $@
fuzz_programs := $(patsubst %.c,$(BUILD)/%,$(fuzz_c))
$(fuzz_programs): $(BUILD)/%: $(BUILD)/obj/%.o $(archives) $(call archive,support)
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(LINK) -o $@ $< $(call group,$(filter %.a,$^)) $(LIBS)
fuzz-run: $(fuzz_programs)
	@tests/fuzz/run $(FUZZ_SECONDS) $(fuzz_programs)

# --- measurements
bench_programs := $(patsubst %.c,$(BUILD)/%,$(bench_c))
$(bench_programs): $(BUILD)/%: $(BUILD)/obj/%.o $(archives)
	@mkdir -p $(@D)
	$(call quiet,LD,$@)$(LINK) -o $@ $< $(call group,$(filter %.a,$^)) $(LIBS)
bench-build: all $(bench_programs)
bench: bench-build
	@tools/setup bench
	@bench/run
# Lighthouse, frames and boards in Chromium, over a million customers
bench-browser: bench-build bench/browser/node_modules/.stamp
	@tools/setup bench browser
	@node bench/browser/run.mjs
bench/browser/node_modules/.stamp: bench/browser/package.json bench/browser/package-lock.json
	@tools/setup web
	cd bench/browser && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
# The main screens in light, dark and on the phone, in both languages: build/pictures
pictures: all
	@tools/setup browser test
	@tests/e2e/run --engine sqlite looks

run: all
	@if [ ! -e $(DATA) ] || [ -z "$$(ls -A $(DATA))" ]; then $(BUILD)/haike init --data $(DATA) --demo; fi
	@echo "http://$(LISTEN)/ · demo sign-ins: admin, manager, sales1, sales2, service, finance · password: haike-demo"
	@exec $(BUILD)/haike serve --data $(DATA) --listen $(LISTEN)

help:
	@sed -n '/^#/!q;s/^# \{0,1\}//p' Makefile
clean:
	rm -rf build web/dist web/node_modules/.stamp
