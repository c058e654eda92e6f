"""One program for each of the compared."""
