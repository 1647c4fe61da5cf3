"""A guide document on its way into the database, within bounds whatever it is."""
