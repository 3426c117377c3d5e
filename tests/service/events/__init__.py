"""How the events on the wire are read and described."""
