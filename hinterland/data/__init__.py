"""A data set's name, a folder, or a file -> Images, split into training and held out."""
