"""What is offered: the number ledger, favorites, and the builder of the immutable Lineup."""
