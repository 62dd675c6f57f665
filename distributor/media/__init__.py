"""Media: what a file is, the pictures made of it, the cache of files by content, their signed public addresses."""
