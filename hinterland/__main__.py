"""`python -m hinterland`: the command line without its script."""

from hinterland.cli import main

main()
