"""A sample portal in the manner of the KJC-Universum: items, feeds, pages and media. Knows nothing of who reads it."""
