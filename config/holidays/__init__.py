"""The page that takes the yearly holiday notice: upload, see what would change, confirm."""
