"""Charting: a run's latents and a projection become a map in the run, one frame per epoch."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from hinterland.latent.faithfulness import K, faithfulness
from hinterland.latent.neighbours import kept, nearest
from hinterland.project import bends, choose, make, options_of, steps
from hinterland.project.near import near
from hinterland.run import Run
from hinterland.run.atlas import unpack
from hinterland.types import HinterlandError, Layout, Projection

Frames = dict[int, dict[str, np.ndarray]]

MOST = 12  # frames of a map that takes long, where no number is asked for
FIRST = 4  # times as long as a frame that starts from its neighbour takes one that has none
SUBJECTS = ("latents", "pixels")


@dataclass(frozen=True, slots=True)
class Plan:
    """A map to be made: its name, a projection and its settings.

    subject: what is laid out, `latents` or `pixels`. frames: of which epochs: `all`, `last`, or so
    many, evenly spread, the first and the last among them.
    """

    name: str
    projection: str
    settings: Mapping[str, Any]
    subject: str = "latents"
    frames: str | int = "all"

    @classmethod
    def of(
        cls,
        run: Run,
        projection: str | None = None,
        *,
        dims: int | None = None,
        name: str | None = None,
        options: Mapping[str, Any] | None = None,
        subject: str = "latents",
        frames: str | int | None = None,
    ) -> Plan:
        """Fill in what was not said.

        Without a projection: the latents as they are where they have 2 or 3 dimensions, else their
        principal components. Without frames: all, or MOST where each takes seconds. Raises
        HinterlandError for a name that another map has, and for settings that make no sense.
        """
        usual, usual_dims = choose(run.spec["model"]["latent_dim"])
        projection = projection or ("pca" if subject == "pixels" else usual)
        dims = dims or (usual_dims if projection == usual and subject == "latents" else 2)
        name = name or (projection if subject == "latents" else f"{projection}-{subject}")
        if not name.replace("-", "").replace("_", "").isalnum():
            raise HinterlandError(
                f"a map's name may hold letters, digits, - and _; got '{name}'", "choose a --name"
            )
        if subject not in SUBJECTS:
            raise HinterlandError(f"a map is of {' or '.join(SUBJECTS)}; got '{subject}'")
        settings = {**(options or {}), "dims": dims}
        bent = bends(make(projection, settings))
        plan = cls(name, projection, settings, subject, frames or (MOST if bent else "all"))
        there = run.maps().get(name)
        if there and not plan.made(there):
            raise HinterlandError(
                f"{run.path} has another map '{name}', made by '{there.get('projection')}' with "
                "other settings",
                "choose another --name",
            )
        return plan

    @classmethod
    def told(cls, name: str, told: Mapping[str, Any]) -> Plan:
        """The plan by which a map was made."""
        subject, frames = told.get("of", "latents"), told.get("frames", "all")
        return cls(name, told["projection"], told["settings"], subject, frames)

    def made(self, told: Mapping[str, Any]) -> bool:
        """Whether a map was made by this plan, up to date or not, with however many frames."""
        return (told.get("projection"), told.get("settings"), told.get("of", "latents")) == (
            self.projection,
            dict(self.settings),
            self.subject,
        )

    def chosen(self, epochs: list[int]) -> list[int]:
        """The epochs that have a frame, oldest first."""
        if self.frames == "all" or not epochs:
            return epochs
        count = 1 if self.frames == "last" else min(int(self.frames), len(epochs))
        places = np.linspace(len(epochs) - 1, 0, count).round().astype(int)
        return [epochs[i] for i in sorted(set(places.tolist()))]


def refresh(run: Run) -> Iterator[tuple[float, int]]:
    """Bring the quick maps of a run up to date, and make the usual one where there is none.

    Maps that bend take minutes: they keep the epochs that they have, until `chart` is called.
    """
    plans = [
        Plan.told(name, told)
        for name, told in run.maps().items()
        if "projection" in told and "settings" in told
    ]
    for plan in plans or [Plan.of(run)]:
        if not bends(make(plan.projection, plan.settings)):
            yield from chart(run, plan)


def chart(run: Run, plan: Plan) -> Iterator[tuple[float, int]]:
    """Lay the epochs of a run out as a map, and yield how much is done (of how much).

    A map that is already there and still true is left alone. An epoch whose latents are damaged,
    or not finite, has no frame; the others do. The newest comes first and the older ones follow it
    back; but where a map bends and the training has not come to its end, the frames that are there
    stay, and the newest epochs follow the last of them.
    """
    begun = time.perf_counter()
    wanted, there = plan.chosen(run.epochs), run.maps().get(plan.name)
    key = _key(run, plan, wanted)
    if there and plan.made(there) and there.get("key") == key and not _regained(run, there):
        return
    method = make(plan.projection, plan.settings)
    frames: Frames = {}
    same = there is not None and plan.made(there) and there.get("frames") == plan.frames
    if bends(method) and there and same and _growing(run):
        frames = _there(run, plan, there)
        later = [epoch for epoch in run.epochs if epoch > max(frames, default=-1)]
        wanted = later if plan.frames == "all" else later[-1:]
    order = wanted if frames else wanted[::-1]
    yield from _laid(run, plan, method, order, frames)
    if not frames:
        raise HinterlandError(
            f"{run.path} has no epochs yet, or none that is whole and finite",
            f"hinterland resume {run.path}, and wait for the first",
        )
    if plan.frames == "last":
        frames = {max(frames): frames[max(frames)]}
    left_out = sorted(set(wanted) - set(frames))
    told = _described(run, plan, frames) | {"key": key, "left_out": left_out}
    told["seconds"] = time.perf_counter() - begun
    run.write_map(plan.name, told, frames)


def followed(
    run: Run, name: str, told: Mapping[str, Any], newest: np.ndarray
) -> tuple[dict[str, Any], Frames]:
    """A flat map with a frame for each epoch that came after its newest; nothing is written.

    newest: the points of its newest frame. What is there stays where it is, and what comes lies
    beside the frame before. A map that bends, is of pixels or of chosen epochs stays as it is.
    """
    plan = Plan.told(name, told)
    method = make(plan.projection, plan.settings)
    later = [epoch for epoch in run.epochs if epoch > max(told["epochs"])]
    if bends(method) or plan.subject != "latents" or plan.frames != "all" or not later:
        return dict(told), {}
    frames: Frames = {}
    low, high = np.asarray(told["extent"], np.float64)
    exact = run.spec["model"]["latent_dim"] <= method.dims
    for epoch, latents in _sound(run, later):
        layout = method.fit(latents, onto=newest)
        if np.ptp(layout.points) > 0:
            newest = layout.points
        frames[epoch] = layout.tensors()
        low, high = np.minimum(low, layout.points.min(0)), np.maximum(high, layout.points.max(0))
    return {
        **told,
        "epochs": sorted([*told["epochs"], *frames]),
        "extent": [low.tolist(), high.tolist()],
        # measured on a frame that is the newest no more; a flat map of all latents loses nothing
        "metrics": told.get("metrics", {}) if exact or not frames else {},
    }, frames


def _laid(
    run: Run, plan: Plan, method: Projection, order: list[int], frames: Frames
) -> Iterator[tuple[float, int]]:
    """Add a frame for each epoch that can be read."""
    before, weight = None, float(FIRST if bends(method) and not frames else 1)
    if frames:
        last = max(frames)
        before = _truth(run, plan, run.latents(last)), frames[last]["points"]
    total = round(weight) + len(order) - 1
    done, extra = 0.0, dict[str, np.ndarray]()
    layout: Layout | None = None
    for epoch, latents in _sound(run, order):
        # pixels are the same at every epoch, and so is their map
        if layout is None or plan.subject == "latents":
            truth = _truth(run, plan, latents)
            for _, share, layout in steps(method, [(epoch, truth)], before):
                if layout is None:
                    yield done + share * weight, total
            assert layout is not None, "the last step holds the layout"
            if before is None or np.ptp(layout.points) > 0:
                before = truth, layout.points
            extra = _distortion(method, truth, layout.points, newest=not frames)
        frames[epoch] = _back(plan, layout, latents).tensors() | extra
        done, weight = done + weight, 1.0
        yield done, total


def _back(plan: Plan, layout: Layout, latents: np.ndarray) -> Layout:
    """Where the pixels are laid out, the way back is to latents all the same."""
    return layout if plan.subject == "latents" else near(layout.points, latents)


def _distortion(
    method: Projection, truth: np.ndarray, points: np.ndarray, *, newest: bool
) -> dict[str, np.ndarray]:
    """Of a flat map only the newest frame's: looking for neighbours takes longer than the map."""
    if truth.shape[1] <= method.dims or len(truth) < 3 or not (newest or bends(method)):
        return {}
    return {"distortion": 1 - kept(nearest(truth, K), nearest(points, K))}


def _described(run: Run, plan: Plan, frames: Frames) -> dict[str, Any]:
    points = [frame["points"] for frame in frames.values()]
    last = max(frames)
    truth = _truth(run, plan, run.latents(last))
    return {
        "projection": plan.projection,
        "settings": dict(plan.settings),
        "options": {
            **options_of(plan.projection),
            **{k: v for k, v in plan.settings.items() if k != "dims"},
        },
        "of": plan.subject,
        "frames": plan.frames,
        "recorded": run.epochs,
        "epochs": sorted(frames),
        "way": "flat" if "axes" in frames[last] else "near",
        "dims": plan.settings["dims"],
        "extent": [
            np.min([p.min(0) for p in points], axis=0).tolist(),
            np.max([p.max(0) for p in points], axis=0).tolist(),
        ],
        "metrics": faithfulness(truth, frames[last]["points"]) if len(truth) > 2 else {},
    }


def _truth(run: Run, plan: Plan, latents: np.ndarray) -> np.ndarray:
    """What is laid out: float32 (n, d) latents, or (n, h w c) pixels in [0, 1]."""
    if plan.subject == "latents":
        return latents
    told = run.images()
    h, w, c = told["shape"]
    try:
        pages = [(run.path / "images" / page).read_bytes() for page in told["atlas"]["files"]]
        pictures = unpack(pages, told["n"], (h, w, c))
    except (OSError, ValueError) as error:
        raise HinterlandError(
            f"cannot read the images of {run.path}: {error}", "restore them from a copy"
        ) from None
    return pictures.reshape(len(pictures), -1).astype(np.float32) / 255


def _key(run: Run, plan: Plan, epochs: list[int]) -> str:
    """A map with another key is not this one: its latents or its settings were others."""
    latents = [
        run.manifest(epoch)["files"].get("latents.safetensors", {}).get("sha256")
        for epoch in epochs
    ]
    asked = [plan.projection, dict(plan.settings), plan.subject, plan.frames, epochs, latents]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _regained(run: Run, there: Mapping[str, Any]) -> bool:
    """Whether an epoch that could not be laid out now can."""
    return any(True for _ in _sound(run, there.get("left_out", [])))


def _growing(run: Run) -> bool:
    asked = run.spec["training"]["epochs"]
    return bool(run.epochs) and run.epochs[-1] < asked


def _there(run: Run, plan: Plan, told: Mapping[str, Any]) -> Frames:
    """The frames of a map that is there; none where one is damaged or of no epoch any more."""
    frames: Frames = {}
    for epoch in told["epochs"]:
        try:
            content = (run.path / "maps" / plan.name / f"{epoch:04}.safetensors").read_bytes()
            frames[epoch] = load(content)
            run.latents(epoch)
        except (OSError, SafetensorError, HinterlandError):
            return {}
    return frames


def _sound(run: Run, epochs: list[int]) -> Iterator[tuple[int, np.ndarray]]:
    """The latents of the epochs that can be read and are finite, in the order asked for."""
    for epoch in epochs:
        try:
            latents = run.latents(epoch)
        except HinterlandError:
            continue
        if np.isfinite(latents).all():
            yield epoch, latents
