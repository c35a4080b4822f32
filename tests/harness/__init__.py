"""Real servers and real processes to break: a Valkey of one's own, sockets that never answer, children of the site."""
