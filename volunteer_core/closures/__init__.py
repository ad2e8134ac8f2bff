"""Closures (停课, typhoon): declaring one calls off shifts, events and sessions in one transaction."""
