"""How good the guide of each channel is, why, and what to do about it."""
