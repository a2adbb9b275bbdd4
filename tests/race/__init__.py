"""Real races in real processes: `python -m tests.race --pairs 10000 --url postgresql`."""
