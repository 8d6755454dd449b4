"""What brings a scene before someone's eyes: the server, the static site, figures, movies."""
