"""Measures the product against what it is compared with, in one run on one machine."""
