"""What is published, when, how it reads, who is masked: plain values, no Django, no clock."""
