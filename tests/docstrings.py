"""Validate the docstrings of packages with numpydoc; run by `tox run -e lint`."""

import sys
from pathlib import Path

from numpydoc.cli import main

files = [path for package in sys.argv[1:] for path in sorted(Path(package).rglob("*.py"))]
sys.exit(main(["lint", *map(str, files)]))
