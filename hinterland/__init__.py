"""See what your autoencoder knows.

Images become an autoencoder, a recording of every epoch, a map, and a page on which every spot of
the map decodes under the cursor. In Python:

>>> from hinterland.data import read
>>> from hinterland.run import Run
>>> from hinterland.train import begin, train
>>> images = read("digits")
>>> run = begin(Path("runs/digits"), images, source="digits", model="vae", latent_dim=2)
>>> for event in train(run, images): ...
>>> run.latents(run.epochs[-1])           # float32 (n, d)
"""
