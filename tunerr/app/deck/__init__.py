"""The deck's pages and acts, joined to the running parts: one file for each subject."""
