"""Pages: desk, phone, enterprise. Thin: scope, form, one action, redirect."""
