"""The public portal under /open/: reads what was published, sets no cookie, answers every page with an ETag."""
