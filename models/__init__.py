"""What a model is: its labels, its features, the artefact it is kept in, and the versions that ship."""
