"""The demonstration bureau: fictional, loaded once by really walking most of a quarter."""
