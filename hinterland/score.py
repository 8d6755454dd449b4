"""Scoring: how well a run's model does on the images that it never trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite, log, pi, prod

import numpy as np

from hinterland.data import fingerprint, release
from hinterland.engine import batches
from hinterland.latent import disentanglement, fidelity, metrics, posterior
from hinterland.latent.discrepancy import squared_mmd
from hinterland.models.session import Session
from hinterland.run import Run
from hinterland.types import HinterlandError, Images

# What each number is about, and the order in which they are told (docs/metrics.md).
GROUPS: Mapping[str, tuple[str, ...]] = {
    "reconstruction": ("mse", "bce", "psnr", "ssim"),
    "likelihood": ("elbo", "reconstruction_nats", "kl", "active_units", "iwae", "prior_mmd"),
    "classes": (
        "knn_accuracy",
        "knn1_accuracy",
        "probe_accuracy",
        "kmeans_v_measure",
        "tracked_knn_accuracy",
        "tracked_knn1_accuracy",
    ),
    "factors": ("mig", "sap", "dci_disentanglement", "dci_completeness", "dci_informativeness"),
}
LIKELIHOODS = {"bce": "Bernoulli, of grey pixels", "mse": "Gaussian, of variance 1/2"}

LARGE = 1024  # pictures at a time, at most
HELD = 2**21  # numbers that a batch of pictures may have
COMPARED = 2_000  # codes that are compared with as many draws of the prior
DISTINCT = 20  # values of a factor; one with more is cut into as many parts of equal width


@dataclass(frozen=True, slots=True)
class Score:
    """The numbers of one epoch: `metrics`, name -> number, all finite, in the order of `GROUPS`.

    images: how many are held out; tracked: how many of these the run records, from which the
    posterior is known. likelihood: what `elbo` takes pixels for. samples: draws of `iwae`.
    per_dimension: `kl` and `mean_variance`, one number per latent. notes: what could not be
    measured, and why.
    """

    epoch: int
    images: int
    tracked: int
    metrics: Mapping[str, float]
    likelihood: str | None = None
    samples: int = 0
    per_dimension: Mapping[str, list[float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> float:
        return self.metrics[name]


def last_epoch(run: Run) -> int:
    """The newest epoch. Raises HinterlandError where there is none yet."""
    epochs = run.epochs
    if not epochs:
        raise HinterlandError(f"{run.path} has no epoch yet", f"hinterland resume {run.path}")
    return epochs[-1]


def best_epoch(run: Run) -> int:
    """The epoch with the lowest held-out loss; of several, the first."""
    held_out: dict[int, float] = {
        told["epoch"]: told["losses"]["validation"]
        for told in run.losses()
        if (told["losses"] or {}).get("validation") is not None
    }
    if not held_out:
        raise HinterlandError(f"no epoch of {run.path} has a held-out loss", "name one: --epoch 0")
    return min(held_out, key=lambda epoch: (held_out[epoch], epoch))


def score(
    run: Run,
    images: Images,
    epoch: int | None = None,
    *,
    samples: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Score:
    """Measure an epoch (default: the last) on held-out images; docs/metrics.md defines each number.

    samples: draws per image for the importance-weighted bound; 0 for none. say hears what is being
    measured. Raises HinterlandError where these are not the images of the run, and where none of
    them is held out.
    """
    if fingerprint(images) != run.spec["images"]["fingerprint"]:
        raise HinterlandError(
            f"{run.path} was trained on other images than {run.spec['images']['source']} now holds",
            "restore the images that it was trained on",
        )
    if images.held_out is None or not images.held_out.any():
        raise HinterlandError(
            f"no image of {run.path} is held out, and scores are of those alone",
            "train on a part of the images: data.read holds some out",
        )
    work = _Work(run, images, last_epoch(run) if epoch is None else run.known(epoch), say)
    work.reconstruction()
    work.likelihood(samples)
    work.prior()
    work.classes()
    work.factors()
    order = [name for names in GROUPS.values() for name in names]
    found = {name: work.found[name] for name in order if isfinite(work.found.get(name, np.nan))}
    return Score(
        epoch=work.epoch,
        images=int(work.held_out.sum()),
        tracked=len(work.tracked),
        metrics=found,
        likelihood=LIKELIHOODS[str(work.loss)] if "elbo" in found else None,
        samples=samples if "iwae" in found else 0,
        per_dimension=work.per_dimension,
        notes=tuple(work.notes),
    )


class _Work:
    """One epoch's graphs and latents, and what was found with them.

    rows: which images are measured; latents: theirs, float32 (len(rows), d).
    """

    def __init__(self, run: Run, images: Images, epoch: int, say: Callable[[str], None]) -> None:
        assert images.held_out is not None, "a data set is split when it is read"
        self.images, self.epoch, self.say = images, epoch, say
        self.held_out: np.ndarray = images.held_out
        self.options = run.spec["model"]["options"]
        self.loss = self.options.get("loss")
        self.found: dict[str, float] = {}
        self.per_dimension: dict[str, list[float]] = {}
        self.notes: list[str] = []
        there = run.graphs()
        self.encoder, self.decoder = (
            Session(run.graph(name), f"{name}.safetensors", run.mounted(epoch, name))
            if name in there
            else None
            for name in ("encoder", "decoder")
        )
        recorded = run.arrays(epoch, "latents")
        tracked = run.tracked_rows()
        unseen = self.held_out[tracked]
        self.tracked = tracked[unseen]
        self.recorded = {name: column[unseen] for name, column in recorded.items()}
        if self.encoder is None:
            self.rows, self.latents = self.tracked, self.recorded["mean"]
            self.notes.append(
                "the run has no encoder graph: its latents are those that it recorded, of "
                f"{len(self.rows):,} held-out images"
            )
        else:
            self.rows = np.flatnonzero(self.held_out)
            self.latents = self.encoded(self.rows)
        self._trained: tuple[np.ndarray, np.ndarray] | None = None

    def pictures(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, h, w, c) in [0, 1]."""
        pixels: np.ndarray = self.images.pixels[rows].astype(np.float32) / 255
        release(self.images.pixels)
        return pixels

    def batches(self, count: int) -> list[slice]:
        """Cut `count` pictures into batches that fit into memory, large ones too."""
        size = max(1, min(LARGE, HELD // prod(self.images.shape)))
        return [slice(part[0], part[-1] + 1) for part in batches(np.arange(count), size)]

    def encoded(self, rows: np.ndarray) -> np.ndarray:
        """Which images -> float32 (n, d)."""
        assert self.encoder is not None, "asked for only where there is one"
        parts = [self.encoder.run(self.pictures(rows[part])) for part in self.batches(len(rows))]
        return np.concatenate(parts) if parts else np.empty((0, self.latents.shape[1]), np.float32)

    def trained(self) -> tuple[np.ndarray, np.ndarray]:
        """Which images were trained on, and their latents (n, d)."""
        if self._trained is None:
            rows = np.flatnonzero(~self.held_out)
            self.say(f"encoding {len(rows):,} training images …")
            self._trained = rows, self.encoded(rows)
        return self._trained

    def reconstruction(self) -> None:
        """mse, bce, psnr, ssim."""
        if self.decoder is None:
            self.notes.append("the run has no decoder graph: nothing is reconstructed")
            return
        n = len(self.rows)
        if n == 0:
            return
        self.say(f"reconstructing {n:,} held-out images …")
        squares, nats, alike, bounded = 0.0, 0.0, 0.0, True
        for part in self.batches(n):
            x = self.pictures(self.rows[part])
            made = self.decoder.run(self.latents[part])
            squares += float(fidelity.squared_error(x, made).sum())
            alike += float(fidelity.ssim(x, made).sum())
            bounded = bounded and made.min() >= 0 and made.max() <= 1
            nats += float(fidelity.cross_entropy(x, made).sum()) if bounded else 0.0
        mse = squares / (n * prod(self.images.shape))
        self.found |= {"mse": mse, "psnr": fidelity.psnr(mse), "ssim": alike / n}
        if bounded:
            self.found["bce"] = nats / n

    def likelihood(self, samples: int) -> None:
        """kl, active_units, and with a decoder elbo, reconstruction_nats and iwae."""
        n = len(self.tracked)
        if "logvar" not in self.recorded:
            if samples:
                self.notes.append("iwae needs a Gaussian posterior; this model has none")
            return
        if n == 0:
            self.notes.append("the run tracks no held-out image, whose posterior would be known")
            return
        if n < int(self.held_out.sum()):
            self.notes.append(f"likelihood: of the {n:,} held-out images that the run tracks")
        mean, logvar = self.recorded["mean"], self.recorded["logvar"]
        each = posterior.divergence(mean, logvar).mean(0)
        self.per_dimension = {"kl": each.tolist(), "mean_variance": mean.var(0).tolist()}
        kl = float(each.sum())
        self.found |= {"kl": kl, "active_units": posterior.active_units(mean)}
        if self.loss not in LIKELIHOODS:
            self.notes.append("what likelihood the model was trained for is not known: no elbo")
            return
        if self.decoder is None:
            return
        draws = max(1, samples)
        self.say(f"decoding {draws:,} draw{'s' if draws > 1 else ''} of {n:,} posteriors …")
        # one generator, in the order of the images: the same numbers at every call
        rng = np.random.default_rng(0)
        nats = bound = 0.0
        for part in self.batches(n):
            x = self.pictures(self.tracked[part])
            weights = np.empty((draws, len(x)))
            for draw in range(draws):
                noise = rng.standard_normal(mean[part].shape, np.float32)
                z = mean[part] + noise * np.exp(logvar[part] / 2)
                cost = self._nats(x, self.decoder.run(z))
                weights[draw] = posterior.log_ratio(z, mean[part], logvar[part]) - cost
                nats += float(cost.sum())
            bound += float(posterior.importance_bound(weights).sum())
        nats /= n * draws
        self.found |= {"elbo": -nats - kl, "reconstruction_nats": nats}
        if samples:
            self.found["iwae"] = bound / n

    def _nats(self, x: np.ndarray, made: np.ndarray) -> np.ndarray:
        """-log p(x|z) of each picture: (n,)."""
        if self.loss == "mse":
            return fidelity.squared_error(x, made) + prod(self.images.shape) / 2 * log(pi)
        return fidelity.cross_entropy(x, made)

    def prior(self) -> None:
        """prior_mmd, where the prior is a standard normal."""
        rng = np.random.default_rng(1)
        if "logvar" in self.recorded:
            codes, logvar = self.recorded["mean"][:COMPARED], self.recorded["logvar"][:COMPARED]
            codes = codes + rng.standard_normal(codes.shape) * np.exp(logvar / 2)
        elif self.options.get("mmd", 0) > 0 and not self.options.get("bounded"):
            codes = self.latents[:COMPARED]
        else:
            return
        if len(codes) > 1:
            draws = rng.standard_normal((COMPARED, codes.shape[1]))
            self.found["prior_mmd"] = squared_mmd(codes, draws, codes.shape[1] ** 0.5)

    def classes(self) -> None:
        """How well latents tell the classes apart, where there are labels."""
        labels = self.images.labels
        if labels is None:
            return
        labelled = labels[self.rows] >= 0
        asked, truth = self.latents[labelled], labels[self.rows][labelled]
        if len(asked) < 2:
            self.notes.append("too few held-out images have a label to tell classes apart")
            return
        self.say("telling classes apart …")
        self.found["kmeans_v_measure"] = metrics.cluster_agreement(asked, truth)
        if self.encoder is None:
            voted, nearest = metrics.knn_among(asked, truth, (5, 1))
            self.found |= {"tracked_knn_accuracy": voted, "tracked_knn1_accuracy": nearest}
            return
        rows, latents = self.trained()
        known = labels[rows] >= 0
        if not known.any():
            self.notes.append("no training image has a label to tell classes by")
            return
        given = latents[known], labels[rows][known], asked, truth
        voted, nearest = metrics.knn_accuracies(*given, (5, 1))
        self.found |= {"knn_accuracy": voted, "knn1_accuracy": nearest}
        self.found["probe_accuracy"] = metrics.probe_accuracy(*given)

    def factors(self) -> None:
        """Whether each latent means one thing, where the factors of the pictures are known."""
        known = [self.images.channels[name] for name in self.images.factors]
        columns = np.array([_discrete(column) for column in known])
        if not len(columns):
            return
        values = columns.T  # (images, factors)
        told = ~np.isnan(values).any(1)
        there = told[self.rows]
        if there.sum() < 2:
            return
        asked, truth = self.latents[there], values[self.rows][there]
        self.found |= {
            "mig": disentanglement.mig(asked, truth),
            "sap": disentanglement.sap(asked, truth),
        }
        if self.encoder is None:
            self.notes.append("dci needs the latents of training images, and so an encoder graph")
            return
        rows, latents = self.trained()
        sure = told[rows]
        if sure.sum() < 2:
            return
        self.say("learning the factors from the latents …")
        dci = disentanglement.dci(latents[sure], values[rows][sure], asked, truth)
        self.found |= {
            "dci_disentanglement": dci.disentanglement,
            "dci_completeness": dci.completeness,
            "dci_informativeness": dci.informativeness,
        }


def _discrete(column: np.ndarray) -> np.ndarray:
    """A factor, float (n,), NaN for none -> the same with at most 20 values."""
    known = column[~np.isnan(column)]
    if len(np.unique(known)) <= DISTINCT:
        return column
    edges = np.linspace(known.min(), known.max(), DISTINCT + 1)
    return np.where(np.isnan(column), np.nan, np.digitize(column, edges[1:-1]))
