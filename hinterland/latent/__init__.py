"""Pure functions on latents."""
