"""The words that people use for what a catalogue has: from WordNet, and from the shop's own file."""
