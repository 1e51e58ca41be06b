"""One module per section of `make bench`; each has `run() -> list[Figure]`."""
