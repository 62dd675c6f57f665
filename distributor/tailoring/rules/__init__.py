"""The checks behind the rules, one module a concern. The table of rules is ``distributor.tailoring.problems``."""
