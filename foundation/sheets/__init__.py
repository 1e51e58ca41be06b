"""Tables in and out: read a spreadsheet with suspicion, check it cell by cell, write one back. No models, no app."""
