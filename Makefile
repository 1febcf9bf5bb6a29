# Thin names; the work is in scripts/. See README.md.
.PHONY: help setup run demo test check bench schema reset
.DEFAULT_GOAL := help

help: ## この一覧 / this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

setup: ## 必要なものを調べて入れる / find and install what is missing (run and test)
	@scripts/setup run && scripts/setup test

run: ## サーバーとデモ地区を起動 / start the server with the demo district (ARGS=… adds options)
	@scripts/yoban serve --demo $(ARGS)

demo: ## 一夜の通話を自動で / play one night call by itself and show the results
	@scripts/demo $(ARGS)

test: ## すべての試験 / every test
	@scripts/test

check: ## 書式・規則・依存の検査 / form, lints, layering, licences
	@scripts/check

bench: ## 計測 (BENCH=名前) / how fast: docs/benchmarks.md (BENCH=name for one)
	@scripts/bench

schema: ## API の契約と型を書き直す / write the contract and its types
	@scripts/schema

reset: ## 保存した記録を消す（確認あり） / delete what was stored, after asking
	@scripts/reset
