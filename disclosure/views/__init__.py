"""Staff pages under /desk/: publishing, objections, statistics."""
