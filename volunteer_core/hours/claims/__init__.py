"""Claims (补录): service that no attendance list knows, claimed by the volunteer and decided by others."""
