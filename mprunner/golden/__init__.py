"""What a scenario's run shows, frozen: canonical text of recordings, golden files, and their comparison."""
