"""An outbox: what is to be told to whom, written in the transaction that caused it."""
