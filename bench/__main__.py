"""Every figure, one program after the other, each in a process of its own.

`python -m bench [push] [pull] [merge] [app]`
"""

import subprocess
import sys

PROGRAMS = ("push", "pull", "merge", "app")


def main(chosen: list[str]) -> int:
    """Exit status: of the first program that failed."""
    for name in chosen or PROGRAMS:
        print(f"\n# {name}", flush=True)
        status = subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
