"""What is broken, scenario by scenario."""
