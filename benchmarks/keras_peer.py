"""The peer of benchmarks/train.py: the same networks in Keras 3, as its own guides write them.

python keras_peer.py PICTURES.npy CASE.json      prints each epoch's images per second and loss
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


class Noise(layers.Layer):
    """Gaussian noise, clipped to [0, 1], as the guide to denoising adds it to its pictures."""

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        noise = keras.random.normal(ops.shape(x), seed=self.seed_generator)
        return ops.clip(x + self.deviation * noise, 0, 1) if training else x


def summed_crossentropy(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy in nats per picture."""
    return ops.sum(ops.binary_crossentropy(x, logits, from_logits=True), axis=(1, 2, 3))


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


Halves = tuple[list[layers.Layer], list[layers.Layer]]


def dense_halves(widths: list[int], d: int, heads: int, act: str) -> Halves:
    """28 x 28 pixels - widths - heads * d, and d - mirrored widths - pixels."""
    funnel = [layers.Dense(w, act) for w in widths]
    encoder = [layers.Flatten(), *funnel, layers.Dense(heads * d)]
    decoder = [layers.Dense(w, act) for w in reversed(widths)]
    return encoder, [*decoder, layers.Dense(784), layers.Reshape((28, 28, 1))]


def conv_halves(widths: list[int], d: int, heads: int, act: str) -> Halves:
    """3 x 3 convolutions of stride 2, a dense layer of 256, and the mirror image."""
    side = SIDES[len(widths)]
    encoder = [
        *(layers.Conv2D(w, 3, 2, "same", activation=act) for w in widths),
        layers.Flatten(),
        layers.Dense(256, act),
        layers.Dense(heads * d),
    ]
    decoder = [
        layers.Dense(256, act),
        layers.Dense(side * side * widths[-1], act),
        layers.Reshape((side, side, widths[-1])),
        *growing(widths, act),
    ]
    return encoder, decoder


def spatial_halves(widths: list[int], d: int, heads: int, act: str) -> Halves:
    """Convolutions alone: three halvings, and a code of 4 x 4 cells."""
    widths = [*widths, widths[-1]]
    encoder = [
        *(layers.Conv2D(w, 3, 2, "same", activation=act) for w in widths),
        layers.Conv2D(heads * d // 16, 1),
        layers.Flatten(),
    ]
    decoder = [layers.Reshape((4, 4, d // 16)), layers.Conv2D(widths[-1], 1, activation=act)]
    return encoder, [*decoder, *growing(widths, act)]


def growing(widths: list[int], act: str) -> list[layers.Layer]:
    """Transposed convolutions back to 28 x 28 pixels; from 4 to 7 the last row is cut off."""
    made: list[layers.Layer] = []
    for number, w in enumerate([*reversed(widths[:-1]), 1]):
        made.append(layers.Conv2DTranspose(w, 3, 2, "same", activation=act if w > 1 else None))
        if len(widths) == 3 and number == 0:
            made.append(layers.Cropping2D(((0, 1), (0, 1))))
    return made


SIDES = {2: 7, 3: 4}  # of 28 pixels after so many halvings
HALVES = {
    "linear": dense_halves,
    "dense": dense_halves,
    "conv": conv_halves,
    "spatial": spatial_halves,
}


def main(pictures: str, case_file: str) -> None:
    """Train, and print the speed of each epoch."""
    case = json.loads(Path(case_file).read_text())
    x = np.load(pictures, allow_pickle=False).astype(np.float32) / 255
    d = case["latent_dim"]
    variational = case["model"] == "vae"
    heads = 2 if variational else 1
    encoder, decoder = HALVES[case["halves"]](case["widths"], d, heads, case["activation"])
    adam = keras.optimizers.Adam(1e-3)
    if variational:
        model = VAE(
            keras.Sequential([keras.Input((28, 28, 1)), *encoder]),
            keras.Sequential([keras.Input((d,)), *decoder]),
        )
        model.compile(optimizer=adam, jit_compile=case["jit"])
        given = (x,)
    else:
        noise = [Noise(case["noise"])] if case["noise"] else []
        model = keras.Sequential([keras.Input((28, 28, 1)), *noise, *encoder, *decoder])
        model.compile(optimizer=adam, loss=summed_crossentropy, jit_compile=case["jit"])
        given = (x, x)
    speed = Speed(len(x))
    told = model.fit(
        *given, batch_size=case["batch_size"], epochs=case["epochs"], verbose=0, callbacks=[speed]
    )
    json.dump({"speeds": speed.found, "losses": told.history["loss"]}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
