"""What it takes to run Claimwire somewhere; nothing here imports the service, the models or the training."""
