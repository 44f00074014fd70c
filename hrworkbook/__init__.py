"""hrworkbook: the verbs, and nothing else."""
