"""The events on the wire: the sentence that comes in, the labelled one that goes out, and what both are wrapped in."""
