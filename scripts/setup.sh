#!/usr/bin/env bash
# 准备运行（run）或测试（test）所需的一切；重复执行只补缺的。
set -euo pipefail
cd "$(dirname "$0")/.."
mode="${1:-run}"
say() { printf '[准备] %s\n' "$*"; }

# ---- 系统软件包 -------------------------------------------------------------
missing=()
# 不用 grep -q：它一找到就退出，pipefail 会把前面命令收到的 SIGPIPE 当成没找到。
has_lib() { ldconfig -p 2>/dev/null | grep "$1" >/dev/null || find /usr/lib /lib -name "$1*" -print -quit 2>/dev/null | grep . >/dev/null; }
need_command() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
has_lib libpango-1.0.so.0 || missing+=(libpango-1.0-0)
has_lib libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
has_lib libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
if ! command -v fc-list >/dev/null 2>&1; then missing+=(fontconfig fonts-noto-cjk)
elif [ -z "$(fc-list :lang=zh-cn family 2>/dev/null | head -n 1)" ]; then missing+=(fonts-noto-cjk); fi
python=""
for candidate in python3.11 python3.12 python3.13 python3; do
  if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then python="$candidate"; break; fi
done
[ -n "$python" ] || missing+=(python3)
if [ -n "$python" ] && ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then missing+=(python3-venv); fi
if [ "$mode" = test ]; then
  command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing+=(chromium)
  need_command redis-server redis-server
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing+=(postgresql)
fi
if [ "${#missing[@]}" -gt 0 ]; then
  as_root=""
  if [ "$(id -u)" = 0 ]; then as_root="env"; elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo"; fi
  if [ -n "$as_root" ] && command -v apt-get >/dev/null 2>&1; then
    say "安装系统软件包：${missing[*]}"; log="$(mktemp)"
    $as_root apt-get update -qq >/dev/null || say "软件源列表没有更新成功，继续用旧列表"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 \
      || { tail -n 20 "$log"; say "上面的软件包没有装成。请由管理员执行：apt-get install --no-install-recommends ${missing[*]}"; exit 1; }
    rm -f "$log"
  else
    say "缺少系统软件包，而当前用户不能安装。请由管理员执行："
    say "    apt-get install --no-install-recommends ${missing[*]}"
    # 缺排版库或字体时服务照常运行，只是 PDF 按钮会说明原因；其余缺了就不能继续。
    for package in "${missing[@]}"; do
      case "$package" in
        libpango*|libharfbuzz*|fontconfig|fonts-*) [ "$mode" = run ] || exit 1 ;;
        *) exit 1 ;;
      esac
    done
    say "先不装也能运行：PDF 暂不能生成，页面会说明原因。"
  fi
fi
if [ -z "$python" ]; then python="$(command -v python3)"; fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "需要 Python 3.11 或更新，现有 $("$python" -V)"; exit 1; }

# ---- Python 依赖（按指纹安装） ----------------------------------------------
list=base; [ "$mode" = test ] && list=test
stamp=".venv/.installed"
wanted="$(sha256sum <"requirements/$list.txt" | cut -d' ' -f1)"
both="$(sha256sum <requirements/test.txt | cut -d' ' -f1)"
have="$(cat "$stamp" 2>/dev/null || true)"
if [ ! -x .venv/bin/python ] || { [ "$have" != "$wanted" ] && [ "$have" != "$both" ]; }; then
  # 上次中断在一半的虚拟环境没有 pip，重建。
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "建立虚拟环境 .venv（$("$python" -V)）"; "$python" -m venv --clear .venv
  fi
  say "安装 Python 依赖 requirements/$list.txt（核对指纹）"
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "requirements/$list.txt" \
    || { say "Python 依赖没有装成，原因见上。请检查网络或 pip 的软件源设置，再执行一次；已下载的不会重来。"; exit 1; }
  printf '%s' "$wanted" >"$stamp"
fi
say "就绪：$(.venv/bin/python -V)"
