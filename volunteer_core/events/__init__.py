"""Events with positions, sign-ups that cannot oversell, and a wait-list in order of arrival."""
