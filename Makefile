# One non-recursive Makefile; nothing generated lands outside $(B).
#
#   make               build everything
#   make demo          a honeynet in network namespaces, attacked (root)
#   make check         all tests: units, corpora, namespaces, sanitizers, lint
#   make check-quick   units, corpora and lint only
#   make fuzz          libFuzzer, FUZZ_SECONDS=30 each
#   make bench         benchmarks: name, value, unit a line (root)
#   make lint          layers, formatting
#   make install       PREFIX=/usr/local, DESTDIR=
#
#   SAN=1  ASan and UBSan      V=1  show commands      CC=clang  another compiler
.DEFAULT_GOAL := all
PREFIX       ?= /usr/local
BINDIR       ?= $(PREFIX)/bin
SBINDIR      ?= $(PREFIX)/sbin
DATADIR      ?= $(PREFIX)/share
MANDIR       ?= $(DATADIR)/man
DESTDIR      ?=
PROTOC_C     ?= protoc-c
PYTHON       ?= /usr/bin/python3
B            ?= build$(if $(SAN),-san)
FUZZ_SECONDS ?= 30
V            ?= 0
Q            := $(if $(filter 1,$(V)),,@)
VERSION      := 0.1.0

# --- packages: said, then installed (root), or the command to type ----------
PACKAGES_BUILD := gcc make pkg-config libzmq3-dev libprotobuf-c-dev \
	protobuf-c-compiler protobuf-compiler libnetfilter-log-dev libmnl-dev \
	libsqlite3-dev libzstd-dev libsodium-dev libconfuse-dev libcap-ng-dev \
	libsystemd-dev libjansson-dev libpcap-dev zlib1g-dev
PACKAGES_DEMO := nftables iproute2 procps openssh-server openssh-client \
	ngircd ii python3
PACKAGES_CHECK := $(PACKAGES_DEMO) clang clang-format libclang-rt-14-dev \
	libcmocka-dev python3-pytest python3-zmq python3-protobuf \
	python3-jsonschema mandoc git psad msmtp-mta nfdump \
	graphviz gnuplot-nox librsvg2-bin fonts-dejavu-core

# need NAME,PACKAGES: make $(B)/.have-NAME once the packages are there
define need
$(B)/.have-$(1): Makefile tests/need.sh
	@mkdir -p $$(@D)
	@tests/need.sh $(2)
	@touch $$@
endef
$(eval $(call need,build,$(PACKAGES_BUILD)))
$(eval $(call need,demo,$(PACKAGES_DEMO)))
$(eval $(call need,check,$(PACKAGES_CHECK)))

# --- flags -------------------------------------------------------------------
CFLAGS    ?= -O2 -g
HARDEN    := -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -fPIE $(if $(SAN)$(FUZZING),,-U_FORTIFY_SOURCE \
	-D_FORTIFY_SOURCE=3)
SANFLAGS  := $(if $(SAN),-fsanitize=address -fsanitize=undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer)
WARN      := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wpointer-arith \
	-Wcast-qual -Wwrite-strings
CPPFLAGS_ := -I. -I$(B)/gen -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -MMD -MP
CFLAGS_   := -std=c11 $(WARN) $(HARDEN) $(SANFLAGS) $(FUZZING)
LDFLAGS_  := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAGS) $(FUZZING)
LDLIBS_   := -lzmq -lprotobuf-c -lnetfilter_log -lnfnetlink -lmnl -lsqlite3 \
	-lzstd -lsodium -lconfuse -lcap-ng -lsystemd -ljansson -lpcap -lz \
	-lpthread

# --- what is built: a folder is the unit, a new file is picked up by name ----
src       = $(sort $(wildcard $(addsuffix /*.c,$(1))))
obj       = $(patsubst %.c,$(B)/%.o,$(1))
COMMON   := $(call src,common)
AGENT    := $(filter-out %/main.c,$(call src,agent))
AGG      := $(filter-out %/main.c,$(call src,aggregator aggregator/ingest \
	aggregator/store aggregator/correlate aggregator/feed aggregator/source))
CLI      := $(filter-out %/synhive.c,$(call src,aggregator/cli \
	aggregator/format aggregator/graph))
PROTOS   := $(wildcard proto/*.proto)
PROTO_H  := $(patsubst proto/%.proto,$(B)/gen/%.pb-c.h,$(PROTOS))
PROTO_O  := $(patsubst proto/%.proto,$(B)/gen/%.pb-c.o,$(PROTOS))
PROGRAMS := $(B)/synhive-agent $(B)/synhive-aggregator $(B)/synhive
LIBS     := $(B)/libcli.a $(B)/libaggregator.a $(B)/libagent.a $(B)/libcommon.a
UNIT     := $(patsubst tests/unit/%.c,$(B)/tests/%,$(call src,tests/unit))
UNIT     := $(filter $(B)/tests/test_%,$(UNIT))
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY   := $(addprefix $(B)/tests/replay_,$(FUZZ))
TOOLS    := $(patsubst tests/tools/%.c,$(B)/tools/%,$(call src,tests/tools))
BENCH    := $(patsubst tests/bench/%.c,$(B)/bench/%,$(call src,tests/bench))

all: $(PROGRAMS)

# --- libraries: a daemon is a library plus a main.c, so tests can link it ----
$(B)/libcommon.a:     $(call obj,$(COMMON)) $(PROTO_O)
$(B)/libagent.a:      $(call obj,$(AGENT))
$(B)/libaggregator.a: $(call obj,$(AGG))
$(B)/libcli.a:        $(call obj,$(CLI))
$(B)/%.a:
	@echo "  AR      $@"
	$(Q)rm -f $@; $(AR) rcs $@ $^

$(B)/synhive-agent:      $(B)/agent/main.o $(B)/libagent.a $(B)/libcommon.a
$(B)/synhive-aggregator: $(B)/aggregator/main.o $(B)/libaggregator.a \
	$(B)/libcommon.a
$(B)/synhive:            $(B)/aggregator/cli/synhive.o $(B)/libcli.a \
	$(B)/libaggregator.a $(B)/libcommon.a
LINK = $(CC) $(CFLAGS_) $(CFLAGS) $(LDFLAGS_) $(LDFLAGS) -o $@
$(PROGRAMS):
	@echo "  LD      $@"
	$(Q)$(LINK) $^ $(LDLIBS_) $(LDLIBS)

$(B)/%.o: %.c | $(B)/.have-build gen
	@echo "  CC      $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_) $(CPPFLAGS) $(CFLAGS_) $(CFLAGS) $(LOOPS) -c -o $@ $<
# What loops over columns is worth the compiler's vectors.
COLUMN_O := $(patsubst %.c,$(B)/%.o,common/record.c \
	$(wildcard common/filter_rows*.c) aggregator/store/block_numbers.c \
	aggregator/store/store_scan_piece.c)
$(COLUMN_O): private LOOPS := $(if $(SAN)$(FUZZING),,-O3)

# --- generated: protobuf code and the lists of plug-ins ----------------------
$(B)/gen/%.pb-c.c $(B)/gen/%.pb-c.h &: proto/%.proto | $(B)/.have-build
	@echo "  PROTOC  $<"
	@mkdir -p $(@D)
	$(Q)$(PROTOC_C) --proto_path=proto --c_out=$(B)/gen $<
$(B)/gen/%.pb-c.o: $(B)/gen/%.pb-c.c
	$(Q)$(CC) $(CPPFLAGS_) $(CPPFLAGS) $(HARDEN) $(SANFLAGS) $(FUZZING) \
	  $(CFLAGS) -w -c -o $@ $<

# list KIND,PREFIX: a line "KIND(name)" for each PREFIX_name.c; rewritten only
# when it changes
define list
$(B)/gen/$(1)s.h: FORCE
	@mkdir -p $$(@D)
	@for f in $$(sort $$(wildcard $(2)_*.c)); do \
	   n=$$$${f#$(2)_}; printf '%s(%s)\n' $(3) $$$${n%.c}; done >$$@.new; \
	 if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi
endef
$(eval $(call list,detector,aggregator/correlate/detect,DETECTOR))
$(eval $(call list,source,aggregator/source/source,SOURCE))
$(eval $(call list,command,aggregator/cli/cmd,COMMAND))
$(eval $(call list,format,aggregator/format/format,FORMAT))
gen: $(B)/gen/detectors.h $(B)/gen/sources.h $(B)/gen/commands.h \
	$(B)/gen/formats.h $(PROTO_H)

# --- tests -------------------------------------------------------------------
CCTEST = $(CC) $(CPPFLAGS_) $(CPPFLAGS) $(CFLAGS_) $(CFLAGS) $(LDFLAGS_) \
	$(LDFLAGS) -o $@ $(filter %.c %.a,$^)
$(B)/tests/test_%: tests/unit/test_%.c $(LIBS) | $(B)/.have-check
	@echo "  CCLD    $@"
	@mkdir -p $(@D)
	$(Q)$(CCTEST) -lcmocka $(LDLIBS_) $(LDLIBS)
$(B)/tests/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay_main.c $(LIBS)
	@echo "  CCLD    $@"
	@mkdir -p $(@D)
	$(Q)$(CCTEST) -Wno-missing-prototypes $(LDLIBS_) $(LDLIBS)
$(B)/tools/%: tests/tools/%.c $(LIBS)
	@echo "  CCLD    $@"
	@mkdir -p $(@D)
	$(Q)$(CCTEST) $(LDLIBS_) $(LDLIBS)
$(B)/bench/%: tests/bench/%.c $(LIBS)
	@echo "  CCLD    $@"
	@mkdir -p $(@D)
	$(Q)$(CCTEST) $(LDLIBS_) $(LDLIBS)
tests-build: $(UNIT) $(REPLAY) $(TOOLS)

RUN = $(PYTHON) tests/run.py
JOBS := $(shell nproc)
check: $(B)/.have-check $(B)/.have-demo
	$(Q)$(MAKE) -j$(JOBS) --no-print-directory all tests-build
	$(Q)$(MAKE) -j$(JOBS) --no-print-directory SAN=1 all tests-build
	$(Q)$(MAKE) -j$(JOBS) --no-print-directory B=build-clang CC=clang \
	  all tests-build
	$(Q)$(RUN) --build $(B) --sanitized build-san unit corpus lint net
check-quick: $(B)/.have-check all tests-build
	$(Q)$(RUN) --build $(B) unit corpus lint
check-net: $(B)/.have-check $(B)/.have-demo all tests-build
	$(Q)$(RUN) --build $(B) net
lint: $(B)/.have-check
	$(Q)$(RUN) --build $(B) lint

fuzz: $(B)/.have-check
	$(Q)$(MAKE) --no-print-directory B=build-fuzz CC=clang \
	  FUZZING='-fsanitize=fuzzer-no-link,address,undefined' \
	  CFLAGS='-O1 -g' fuzz-run
fuzz-run: $(LIBS)
	@for f in $(FUZZ); do \
	   $(CC) $(CPPFLAGS_) -std=c11 $(CFLAGS) \
	     -fsanitize=fuzzer,address,undefined -o $(B)/fuzz_$$f \
	     tests/fuzz/fuzz_$$f.c $(LIBS) $(LDLIBS_) && \
	   mkdir -p $(B)/corpus/$$f tests/fuzz/corpus/$$f && \
	   echo "  FUZZ    $$f $(FUZZ_SECONDS) s" && \
	   $(B)/fuzz_$$f -max_total_time=$(FUZZ_SECONDS) -verbosity=0 \
	     -print_final_stats=1 -artifact_prefix=$(B)/$$f- \
	     $(B)/corpus/$$f tests/fuzz/corpus/$$f || exit 1; done

bench: $(B)/.have-check all $(BENCH) $(TOOLS)
	$(Q)$(PYTHON) tests/bench/bench.py --build $(B)

demo: $(B)/.have-demo all
	$(Q)$(PYTHON) tests/demo/demo.py --build $(B)

# --- install -----------------------------------------------------------------
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR) \
	  $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 \
	  $(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(MANDIR)/man8 \
	  $(DESTDIR)$(DATADIR)/synhive
	install -m 0755 $(B)/synhive $(DESTDIR)$(BINDIR)/
	install -m 0755 $(B)/synhive-agent $(B)/synhive-aggregator \
	  $(DESTDIR)$(SBINDIR)/
	for n in 1 5 7 8; do for m in docs/man/*.$$n; do [ ! -e "$$m" ] || \
	  install -m 0644 "$$m" $(DESTDIR)$(MANDIR)/man$$n/; done; done
	install -m 0644 $(PROTOS) proto/feed.schema.json \
	  docs/examples/filter.cfg $(DESTDIR)$(DATADIR)/synhive/

help:
	@sed -n '3,14s/^# \{0,1\}//p' Makefile

clean:
	rm -rf build build-san build-clang build-fuzz

FORCE:
.PHONY: all gen tests-build check check-quick check-net lint fuzz fuzz-run \
	bench demo install help clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
