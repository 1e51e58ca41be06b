"""Thin: fetch within the user's scope, form, one action, redirect."""
