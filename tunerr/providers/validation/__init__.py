"""Tests of streams that can do no harm: gentle to providers, slow to believe a failure, bounded in what they drop."""
