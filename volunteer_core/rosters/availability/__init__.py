"""When people can serve, how much of it and where; asking them for it, and who has answered."""
