"""What cells say in the words of shops: prices, stock and categories."""
