"""Ways in which a notice leaves the house; each can be asked whether it has left already."""
