"""The vectors of `vectors/`: what they hold is described in vectors/README.md."""
