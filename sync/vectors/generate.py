"""Write every generated vector of sync anew; or check that they are as they would be written.

python -m sync.vectors.generate            writes
python -m sync.vectors.generate --check    changes nothing; exit status 1 if something differs
"""

import sys

from sync.vectors import contacts, frames, merge, scenarios

if __name__ == "__main__":
    sys.exit(max(*(kind.main(sys.argv[1:]) for kind in (merge, contacts, frames)), scenarios.main()))
