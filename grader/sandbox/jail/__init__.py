"""What runs inside the jail, and what locks it: standard library, numpy and the wire codec only."""
