"""The process that runs the official rules for another one: `schematron_process.main`."""

import sys

from vergabe.exchange.eforms.official.schematron_process import main

if __name__ == "__main__":
    main(*sys.argv[1:])
