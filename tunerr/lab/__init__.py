"""The laboratory that is shipped: what an operator needs to see the product work without a provider of his own."""
