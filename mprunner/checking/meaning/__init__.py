"""What a promise means: its core forms, its formula, records that keep and break it."""
