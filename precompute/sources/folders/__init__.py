"""The files below a source's folder: which are pictures, what they are called, and how they are found."""
