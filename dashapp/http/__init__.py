"""What goes with every response: headers, compression, pictures, previews, and what crawlers ask for."""
