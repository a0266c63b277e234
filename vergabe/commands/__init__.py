"""The commands of the command line, one module per capability; `vergabe.cli` puts them together."""
