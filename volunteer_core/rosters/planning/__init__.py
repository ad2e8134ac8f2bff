"""The planner, pure: a problem in, a plan with its proof and its explanations out; no database."""
