"""What a stage needs, as types: the sockets that extension folders plug into."""
