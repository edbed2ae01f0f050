"""What a source says and nobody should believe, or what its shop does not show."""
