"""Files in and out: an office's TOML and the CSV sheets of its people and children."""
