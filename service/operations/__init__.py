"""What an operator sees of the service: its numbers, its health, its log, and the watchdog that ends it."""
