"""Star levels (星级): reached with hours of service, never lost silently, for recognition (表彰)."""
