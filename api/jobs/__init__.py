"""Jobs: the order of steps and nothing else."""
