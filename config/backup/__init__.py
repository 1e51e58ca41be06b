"""Backup and restore: every table as JSON lines, every stored file, one manifest with the hash of each.

A backup is independent of the database that wrote it: what SQLite saved, PostgreSQL can take, and the other way.
"""
