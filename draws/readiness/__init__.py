"""What a draw still needs before it can be announced and frozen, and the figures that show it. Reads only."""
