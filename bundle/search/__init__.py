"""What a visitor asks of a catalogue, the words that this looks for, and what is found and counted."""
