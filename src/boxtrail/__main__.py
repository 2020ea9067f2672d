"""``python -m boxtrail``: the command line, as for ``torchrun -m boxtrail train``."""

from __future__ import annotations

from boxtrail.cli.__main__ import main

if __name__ == "__main__":
    main()
