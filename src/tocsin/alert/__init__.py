"""From signals to alerts: what belongs together, who is told, and why not. Pure: time and state are handed in."""
