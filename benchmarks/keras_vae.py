"""The peer of benchmarks/train.py: the same VAE in Keras 3, as its own guide writes one.

python keras_vae.py PICTURES.npy CASE.json      prints each epoch's images per second and loss
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


class VAE(keras.Model):
    """Encoder, sampling and decoder; the loss is binary cross-entropy + KL, in nats per picture."""

    def __init__(self, encoder: keras.Model, decoder: keras.Model) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.seed_generator = keras.random.SeedGenerator(0)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.loss_tracker]

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        with tf.GradientTape() as tape:
            mean, logvar = ops.split(self.encoder(data, training=True), 2, axis=1)
            noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
            logits = self.decoder(mean + noise * ops.exp(logvar / 2), training=True)
            entropy = ops.binary_crossentropy(data, logits, from_logits=True)
            kl = 0.5 * ops.sum(mean**2 + ops.exp(logvar) - 1 - logvar, axis=1)
            loss = ops.mean(ops.sum(entropy, axis=(1, 2, 3)) + kl)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}


class Speed(keras.callbacks.Callback):
    """Remembers how many images an epoch took in a second."""

    def __init__(self, images: int) -> None:
        super().__init__()
        self.images = images
        self.found: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.found.append(self.images / (time.perf_counter() - self.started))


def dense_halves(widths: list[int], d: int) -> tuple[list[layers.Layer], list[layers.Layer]]:
    """28 x 28 pixels - widths - 2 d, and d - mirrored widths - pixels, with ReLU."""
    encoder = [layers.Flatten(), *(layers.Dense(w, "relu") for w in widths), layers.Dense(2 * d)]
    decoder = [layers.Dense(w, "relu") for w in reversed(widths)]
    return encoder, [*decoder, layers.Dense(784), layers.Reshape((28, 28, 1))]


def conv_halves(widths: list[int], d: int) -> tuple[list[layers.Layer], list[layers.Layer]]:
    """3 x 3 convolutions of stride 2, a dense layer of 256, and the mirror image."""
    first, second = widths
    encoder = [
        layers.Conv2D(first, 3, 2, "same", activation="relu"),
        layers.Conv2D(second, 3, 2, "same", activation="relu"),
        layers.Flatten(),
        layers.Dense(256, "relu"),
        layers.Dense(2 * d),
    ]
    decoder = [
        layers.Dense(256, "relu"),
        layers.Dense(7 * 7 * second, "relu"),
        layers.Reshape((7, 7, second)),
        layers.Conv2DTranspose(first, 3, 2, "same", activation="relu"),
        layers.Conv2DTranspose(1, 3, 2, "same"),
    ]
    return encoder, decoder


def main(pictures: str, case_file: str) -> None:
    """Train, and print the speed of each epoch."""
    case = json.loads(Path(case_file).read_text())
    x = np.load(pictures, allow_pickle=False).astype(np.float32) / 255
    d = case["latent_dim"]
    halves = conv_halves if case["halves"] == "conv" else dense_halves
    encoder, decoder = halves(case["widths"], d)
    model = VAE(
        keras.Sequential([keras.Input((28, 28, 1)), *encoder]),
        keras.Sequential([keras.Input((d,)), *decoder]),
    )
    model.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=case["jit"])
    speed = Speed(len(x))
    told = model.fit(
        x, batch_size=case["batch_size"], epochs=case["epochs"], verbose=0, callbacks=[speed]
    )
    json.dump({"speeds": speed.found, "losses": told.history["loss"]}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
