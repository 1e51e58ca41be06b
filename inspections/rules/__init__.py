"""What a visit may become, how results add up, who must sign: plain values, no Django, no clock."""
