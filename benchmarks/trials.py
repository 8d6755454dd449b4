"""What several benchmarks do with a model: train it, stop it, resume it, run its graphs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from hinterland.engine import ENGINES
from hinterland.models import build, default_latent_dim
from hinterland.models.base import AbstractNet, to_tensors
from hinterland.models.session import Session
from hinterland.run import Run
from hinterland.train import Settings, Step, begin, train, work
from hinterland.types import Images


def some(images: Images, n: int) -> Images:
    """The first n images, of which every sixth is held out."""
    n = min(n, len(images))
    labels = None if images.labels is None else images.labels[:n]
    held_out = np.arange(n) % 6 == 0
    return replace(images, pixels=images.pixels[:n], labels=labels, held_out=held_out, channels={})


def trained(path: Path, images: Images, name: str, model: str, settings: Settings) -> Run:
    """A run that was never stopped."""
    run = _begun(path, images, name, model, settings)
    for _ in train(run, images):
        pass
    return run


def stopped(path: Path, images: Images, name: str, model: str, settings: Settings) -> Run:
    """The same, stopped in the middle of its second epoch as Ctrl-C does, and resumed."""
    run = _begun(path, images, name, model, settings)
    often, work.SIGN_OF_LIFE = work.SIGN_OF_LIFE, -1.0  # an epoch may be too quick for one
    events = train(run, images)
    for event in events:
        if isinstance(event, Step) and event.epoch == 2 and event.step > event.steps // 3:
            break
    events.close()
    work.SIGN_OF_LIFE = often
    for _ in train(Run.open(run.path), images):
        pass
    return run


def differences(run: Run, images: Images, epoch: int, device: str = "cpu") -> tuple[float, float]:
    """The largest differences of decoder and encoder between ONNX Runtime and PyTorch on a device.

    Codes have no natural size: their difference is a share of their standard deviation, where that
    is above 1.
    """
    net = _restored(run, images, epoch)
    engine = ENGINES["local"](device)
    engine.place(net)
    net.eval()
    x = images.pixels[:256].astype(np.float32) / 255
    halves = {
        name: Session(run.graph(name), f"{name}.safetensors", run.mounted(epoch, name))
        for name in ("decoder", "encoder")
    }
    with engine.working(0):
        z = net.encode(x)
        made = net.decode(z)
    decoder = float(np.abs(halves["decoder"].run(z) - made).max())
    encoder = float(np.abs(halves["encoder"].run(x) - z).max() / max(1.0, z.std()))
    return decoder, encoder


def _begun(path: Path, images: Images, name: str, model: str, settings: Settings) -> Run:
    asked = {"model": model, "latent_dim": default_latent_dim(model), "settings": settings}
    return begin(path, images, source=name, **asked)


def _restored(run: Run, images: Images, epoch: int) -> AbstractNet:
    told = run.spec["model"]
    net = build(told["name"], images.shape, told["latent_dim"], told["options"])
    net.load_state_dict(to_tensors(run.arrays(epoch, "weights")))
    return net
