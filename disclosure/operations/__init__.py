"""Every write, one file per stage of a case."""
