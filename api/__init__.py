"""A thin Litestar face on ``volunteer_core``: it finds out who is calling, calls core and sends the view."""
