"""Every schedule that matters of a program's model: outcomes, deadlocks, promises proved or refuted."""
