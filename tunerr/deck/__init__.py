"""The Control Deck: what an operator sees in the browser, behind a login."""
