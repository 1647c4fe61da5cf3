"""Which channel of a guide is which channel of the lineup, and why."""
