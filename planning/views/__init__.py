"""Staff pages of plans, quotas and exceptions."""
