"""How many must be drawn, why, and whether it can be done: plain values in, plain values out."""
