"""What Tocsin says of itself: status of roles, metrics, health."""
