"""Was it fair over a year? Statistics on frozen rows and results; no names, no clock, no database."""
