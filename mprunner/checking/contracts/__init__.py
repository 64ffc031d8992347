"""What every object promises without being asked: permits, room, rounds, wake-ups."""
