# The host has answered, and waits for its turn.
answered=yes
await_turn wait
