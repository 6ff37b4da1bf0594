"""Starts and wires everything: settings, command line, the runner of updates. Knows everybody."""
