"""One programme of a guide: cleaned, completed, written as XML that every client takes."""
