"""``python -m boxtrail``: the command line where the ``boxtrail`` command is not on the path."""

from boxtrail.cli.__main__ import main

if __name__ == "__main__":
    main()
