"""The command line: argument parsing and tables; the work is done elsewhere."""
