"""Every scene of a rehearsal on the wall, a desk and a phone as a picture: python scripts/scenes.py [folder]

The pictures are made by the test that also checks each of them; a browser of one's own: CHROMIUM=/path/to/chromium.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "var" / "scenes").resolve()
    command = [sys.executable, "-m", "pytest", "tests/browser/test_scenes.py", "-q", "-n0"]
    code = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "SCENES": str(folder)}, check=False
    ).returncode
    print(
        f"{len(list(folder.glob('*.png')))} 张画面在 {folder}" if not code else "有画面没有通过检查，见上。"
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
