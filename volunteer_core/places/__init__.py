"""Communities (社区), grids (网格) and the sites where people meet."""
