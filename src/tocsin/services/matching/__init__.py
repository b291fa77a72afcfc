"""What detection found in records of one batch, told as matches and observations: by a hunt and by a live worker."""
