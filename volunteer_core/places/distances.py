"""How far places lie apart. Pure."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance between two points as the crow flies; each is latitude and longitude in degrees."""
    (north, east), (other_north, other_east) = (tuple(map(radians, point)) for point in (one, other))
    half = (
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    )
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
