"""One quarter walked from Excel registers to verified publication, by the same actions as the pages."""
