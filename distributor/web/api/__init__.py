"""The JSON API: the services for programs. It holds no rule and no right of its own."""
