"""What delivery costs, as ratios taken in one run: ours against the limit, and against what a user would pick instead.

``make bench`` runs everything (an hour of one machine); ``python -m tests.measure.bench --help`` names the parts.
The limit is the same connector code sending the same requests from the same number of processes with no database.
"""
