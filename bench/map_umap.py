"""How well umap-learn keeps neighbors on the vectors that `npm run bench -- map --vectors <path>` writes.

python bench/map_umap.py <path>-1000.f32 <path>-10000.f32 (pip install umap-learn scikit-learn)

Prints what bench/map.ts prints: the seconds of one core, trustworthiness, and the share of the 15 nearest photos by
cosine that are among the 15 nearest on the map. Figures are means over 1,000 photos, as there.
"""

import sys
import time

import numpy as np
import umap

NEIGHBORS = 15
SAMPLE = 1000
DIMENSIONS = 1280


def quality(vectors, points):
    size = len(vectors)
    sample = np.arange(min(size, SAMPLE)) * size // min(size, SAMPLE)
    penalty = same = 0
    for at in sample:
        similarity = vectors @ vectors[at]
        similarity[at] = np.inf
        rank = np.empty(size, dtype=np.int64)
        rank[np.argsort(-similarity, kind="stable")] = np.arange(size)
        distance = ((points - points[at]) ** 2).sum(axis=1)
        distance[at] = np.inf
        found = rank[np.argsort(distance, kind="stable")[:NEIGHBORS]]
        same += int((found <= NEIGHBORS).sum())
        penalty += int(np.maximum(found - NEIGHBORS, 0).sum())
    worst = len(sample) * NEIGHBORS * (2 * size - 3 * NEIGHBORS - 1) / 2
    return 1 - penalty / worst, same / (len(sample) * NEIGHBORS)


for path in sys.argv[1:]:
    rows = np.fromfile(path, dtype=np.float32).reshape(-1, DIMENSIONS)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    start = time.process_time()
    layout = umap.UMAP(metric="cosine", random_state=1, n_jobs=1).fit_transform(rows)
    seconds = time.process_time() - start
    trustworthiness, kept = quality(rows, layout)
    print(f"{len(rows)} photos: {seconds:.1f} s, trustworthiness {trustworthiness:.3f}, neighbors kept {kept:.3f}")
