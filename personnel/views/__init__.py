"""Pages of the register of inspectors under /desk/inspectors/."""
