"""The tests of the encoder's training, of those parts that need no PyTorch."""
