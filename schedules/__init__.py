"""The posting calendar: which moments an account may post at, and posts laid into them.

Pure: no clock, no storage, no network. Aware UTC in and out; local time lives only inside slot expansion and in the
German sentences. Knows nothing of posts, organisations or channels but their names.
"""
