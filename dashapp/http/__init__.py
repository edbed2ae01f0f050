"""The HTTP layer: headers, compression, pictures, previews, crawler files, and the worker."""
