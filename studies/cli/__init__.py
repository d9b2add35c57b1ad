"""The command line: one file for each command, and the runner that all of them use."""
