"""Topological mismatch: are the edges that hold one cloud together as long in another?"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

CLOUD = 128  # points in a cloud; a batch is cut into such, so that its size changes nothing


def mismatch(x: Tensor, z: Tensor) -> Tensor:
    """(n, D) and (n, d), the same points in two spaces -> their mismatch per point, 0 at best.

    Half the squared differences of length, summed over the edges of x's minimum spanning tree and
    over those of z's: the pairs at which the clouds' connected components merge (persistent
    homology of dimension 0 of the Vietoris-Rips complex).
    Source: Moor, Horn, Rieck, Borgwardt, "Topological autoencoders", ICML 2020.
    """
    total = z.new_zeros(())
    for here, there in zip(torch.split(x, CLOUD), torch.split(z, CLOUD), strict=True):
        edges = torch.cat([_tree(here), _tree(there)], 1)
        total = total + 0.5 * (_lengths(here, edges) - _lengths(there, edges)).square().sum()
    return total / len(z)


def _lengths(points: Tensor, edges: Tensor) -> Tensor:
    lengths: Tensor = torch.linalg.vector_norm(points[edges[0]] - points[edges[1]], dim=1)
    return lengths


def _tree(points: Tensor) -> Tensor:
    """(n, d) -> the edges of the minimum spanning tree, (2, n - 1), by Prim's algorithm.

    Dense and in numpy: 0.5 ms for 128 points, where scipy's sparse one takes 1.8 ms.
    """
    with torch.no_grad():
        distances = torch.cdist(points, points).cpu().numpy()
    n = len(distances)
    nearest = np.zeros(n, np.int64)  # of the points in the tree
    distance = distances[0].copy()
    outside = np.ones(n, bool)
    edges = np.empty((2, n - 1), np.int64)
    new = 0
    for i in range(n - 1):
        outside[new] = False
        distance[new] = np.inf
        closer = (distances[new] < distance) & outside
        nearest[closer] = new
        distance[closer] = distances[new][closer]
        new = int(distance.argmin())
        edges[:, i] = nearest[new], new
    return torch.from_numpy(edges).to(points.device)
