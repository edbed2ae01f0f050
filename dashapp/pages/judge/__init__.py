"""Two recipes judged by eye, on one's own machine: `python -m dashapp --judge A,B`. No host serves this."""
