"""What visitors saw and clicked, from the lines that a dashboard writes where `AKIN_EVENTS` is set."""
