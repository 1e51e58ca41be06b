"""Rules of the registers on plain values: codes, names, tiers, states, law that is no longer in force."""
