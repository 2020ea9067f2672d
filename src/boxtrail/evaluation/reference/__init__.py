"""The metrics in NumPy, one a file, as the papers define them; the compiled ones must give the same numbers."""
