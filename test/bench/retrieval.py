"""The peer of the retrieval bench: FAISS flat and HNSW over the same vectors, one question at a time.

Usage: retrieval.py <file of float32 vectors> <k>, questions and their k-th exact scores as JSON on stdin.
"""
import json
import sys
import time

try:
    import faiss
    import numpy as np
except ImportError as error:
    print(json.dumps({"missing": f"Python has no FAISS ({error}); pip install faiss-cpu"}))
    sys.exit(0)

file, k = sys.argv[1], int(sys.argv[2])
asked = json.load(sys.stdin)
questions = np.array(asked["questions"], dtype=np.float32)
worst = asked["worst"]
vectors = np.memmap(file, dtype=np.float32, mode="r").reshape(-1, questions.shape[1])


def measure(index, seconds):
    times, recalls = [], []
    for question, least in zip(questions, worst):
        started = time.perf_counter()
        scores, _ = index.search(question[None], k)
        times.append(1000 * (time.perf_counter() - started))
        recalls.append(float((scores[0] >= least - 2e-6).mean()))
    return {"times": times, "recalls": recalls, "seconds": seconds}


def build(index):
    started = time.perf_counter()
    for start in range(0, len(vectors), 50_000):
        index.add(np.ascontiguousarray(vectors[start : start + 50_000]))
    return measure(index, time.perf_counter() - started)


flat = build(faiss.IndexFlatIP(vectors.shape[1]))
graph = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
graph.hnsw.efConstruction, graph.hnsw.efSearch = 64, 256
print(json.dumps({"flat": flat, "hnsw": build(graph)}))
