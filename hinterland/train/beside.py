"""The classifier that is trained beside a model, on the same batches, where there are labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hinterland.models import classifier
from hinterland.run import Run
from hinterland.types import Images

UNLABELLED = -1


class Beside:
    """A classifier in training. It learns from real pictures only and does not touch the model."""

    def __init__(self, images: Images, seed: int, device: torch.device) -> None:
        assert images.labels is not None, "only a labelled set has classes to learn"
        self.labels = images.labels
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            self.net = classifier.Classifier(images.shape, len(images.classes))
        self.net.to(device)
        self.optimiser = torch.optim.Adam(self.net.parameters(), lr=2e-3, fused=True)
        self.seen = 0  # pictures so far

    @staticmethod
    def possible(images: Images) -> bool:
        """Whether a set has at least two classes to tell apart."""
        return images.labels is not None and len(images.classes) > 1

    def step(self, x: Tensor, rows: np.ndarray) -> None:
        """Learn from the batch that the model has just learnt from."""
        self.seen += len(rows)
        if not (self.labels[rows] != UNLABELLED).any():  # asked here: a GPU would be waited for
            return
        labels = self._labels(rows, x.device)
        loss = F.cross_entropy(self.net(x), labels, ignore_index=UNLABELLED)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()

    def finish(self, run: Run, held_out: Iterable[tuple[Tensor, np.ndarray]]) -> None:
        """Put the classifier into the run, with its accuracy on held-out pictures."""
        right = asked = 0
        self.net.eval()
        with torch.inference_mode():
            for x, rows in held_out:
                labels = self._labels(rows, x.device)
                known = labels != UNLABELLED
                right += int((self.net(x).argmax(1) == labels)[known].sum())
                asked += int(known.sum())
        accuracy = right / asked if asked else None
        run.write_classifier(classifier.export(self.net), {"accuracy": accuracy})

    def tensors(self) -> dict[str, Tensor]:
        """Weights and optimiser, for an exact resume."""
        kept = {f"weights/{key}": value for key, value in self.net.state_dict().items()}
        kept["seen"] = torch.tensor(self.seen)
        for number, state in self.optimiser.state_dict()["state"].items():
            kept |= {f"optimiser/{number}/{key}": value for key, value in state.items()}
        return kept

    def load(
        self, weights: Mapping[str, Tensor], state: Mapping[int, dict[str, Tensor]], seen: int
    ) -> None:
        """Take up what `tensors` gave."""
        self.seen = seen
        self.net.load_state_dict(weights)
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": dict(state), "param_groups": groups})

    def _labels(self, rows: np.ndarray, device: torch.device) -> Tensor:
        return torch.from_numpy(self.labels[rows].astype(np.int64)).to(device)
