"""Spreadsheets against the registers: what a file would change, and how that is written and taken back."""
