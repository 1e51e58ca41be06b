"""Runs one verifier many times in one process. Standard library only; started by path, never imported.

Standard input: one JSON list of command-line words per line. Standard output: `{"exit", "out", "err"}` per line.
"""

import contextlib
import io
import json
import runpy
import sys


def run(script, words):
    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = [script, *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as leave:
            code = leave.code if isinstance(leave.code, int) else int(leave.code is not None)
        except Exception as crash:
            code, _ = 70, print(f"{type(crash).__name__}: {crash}", file=err)
    return {"exit": code, "out": out.getvalue(), "err": err.getvalue()}


def main():
    script = sys.argv[1]
    for line in sys.stdin:
        print(json.dumps(run(script, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
