"""`python -m vergabe` is the command line."""

from vergabe.cli import main

main()
