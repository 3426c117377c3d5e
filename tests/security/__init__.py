"""That the service needs no more rights than we say, and that it says which one is missing."""
