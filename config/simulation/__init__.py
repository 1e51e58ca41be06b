"""Simulated years: the lottery of the draws, the register of a bureau or a made-up one, the numbers of planning."""
