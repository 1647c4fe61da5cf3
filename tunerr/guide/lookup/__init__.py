"""What is on, asked of the database: for reports, search and calendars."""
