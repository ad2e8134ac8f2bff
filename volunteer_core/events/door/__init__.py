"""At the door: tickets that can be verified without the network, arriving and leaving, walk-ins."""
