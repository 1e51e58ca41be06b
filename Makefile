# 明抽：make run 运行，make test 全部检查和测试。两者都能在全新的机器上单独执行，可重复执行。
SHELL := /bin/bash
PY := .venv/bin/python
RULEBOOK ?= qinshui-2022
SECTION ?= all
PORT ?= 8000
HOST ?= 127.0.0.1
OUT ?= var/rehearsals/$(RULEBOOK)

.PHONY: help run test rehearse bench check fmt lock setup setup-test
help:
	@echo "make run                     装好所需、装入演示机关、启动服务"
	@echo "make test                    装好所需、全部检查、SQLite 与 PostgreSQL 上的全部测试"
	@echo "make rehearse RULEBOOK=编号  在临时库里走完一个季度并核验（qinshui-2022 neimenggu-2024 xinyang-2023 quzhou-2017 wulong-2024）"
	@echo "make bench [SECTION=…]       对照着量速度，写入 var/bench.json"
	@echo "make check                   格式、规范、类型、依赖方向、迁移"
	@echo "make fmt                     整理格式，重写条款去向 docs/legal-trace.md"

setup:
	@bash scripts/setup.sh run

setup-test:
	@bash scripts/setup.sh test

run: setup
	@$(PY) manage.py up --host $(HOST) --port $(PORT)

test: setup-test
	@$(PY) scripts/test.py

check: setup-test
	@$(PY) scripts/check.py

rehearse: setup
	@$(PY) manage.py rehearse --rulebook $(RULEBOOK) --out $(OUT)

bench: setup-test
	@$(PY) scripts/bench.py $(SECTION)

fmt: setup-test
	@.venv/bin/ruff check --fix -q . ; .venv/bin/ruff format . ; $(PY) scripts/legal_trace.py

# 需要 uv（pip install uv）。结果不含任何下载地址。
lock:
	@for f in base test; do uv pip compile --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' requirements/$$f.in -o requirements/$$f.txt -q; done
