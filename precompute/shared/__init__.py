"""What every room uses: errors, progress, locks, clocks, files that are whole or absent."""
