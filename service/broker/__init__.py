"""Everything that knows kafka-python: how we connect, belong, deliver, and what may be committed."""
