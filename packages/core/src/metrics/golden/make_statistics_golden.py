"""Makes statistics.json: the statistics of the leaderboards by numpy and scipy, written from the definitions and not from
the product's code. Run: python3 make_statistics_golden.py > statistics.json (numpy, scipy)."""

import itertools
import json
import sys

import numpy as np
from scipy import optimize, special, stats

rng = np.random.default_rng(20251213)


def scores(means, seeds, tasks, seed_sd, task_sd, noise):
    """[method][seed][task], rounded so that the file stays small."""
    task_effect = rng.normal(0, task_sd, (len(means), tasks))
    seed_effect = rng.normal(0, seed_sd, (len(means), seeds))
    base = rng.normal(0.6, 0.1, tasks)
    y = np.array(means)[:, None, None] + base + task_effect[:, None, :] + seed_effect[:, :, None]
    return np.round(y + rng.normal(0, noise, y.shape), 4)


def variance_of_mean(values):
    return values.var(ddof=1) / len(values)


def seed_spread(y):
    """Prior variance of a difference and its degrees of freedom (Smyth 2004) from y[method][seed][task]."""
    units = y.mean(2)
    m, s = units.shape
    d = s - 1
    bias = special.digamma(d / 2) - np.log(d / 2)
    logs = np.log(units.var(1, ddof=1)) - bias
    made = special.polygamma(1, d / 2)
    unlike = logs.var(ddof=1) - made - made * np.sqrt(2 / (m - 1))
    most = m * d * (1 - 1 / m)
    d0 = most
    if unlike > 0:
        d0 = min(most, 2 * optimize.brentq(lambda x: special.polygamma(1, x) - unlike, 1e-6, 1e8))
    pairs = [np.log((units[a] - units[b]).var(ddof=1)) - bias for a, b in itertools.combinations(range(m), 2)]
    return np.exp(np.mean(pairs) + special.digamma(d0 / 2) - np.log(d0 / 2)), d0


def paired(d, scope, draws, prior):
    """The two-factor bootstrap of the mean of d[seed][task], stretched to small samples."""
    s, t = d.shape
    us = rng.integers(0, s, (draws, s))
    ut = rng.integers(0, t, (draws, t))
    if scope == "runs":
        drawn = d.mean(1)[us].mean(1)
    else:
        drawn = np.array([d[np.ix_(a, b)].mean() for a, b in zip(us, ut)])
    own = variance_of_mean(d.mean(1))
    v0, d0 = prior
    vs = ((s - 1) * own + d0 * v0 / s) / (s - 1 + d0)
    vt = variance_of_mean(d.mean(0)) if scope != "runs" else 0.0
    seen = own * (s - 1) / s + vt * (t - 1) / t
    widen = np.sqrt((vs + vt) / seen)
    freedom = (vs + vt) ** 2 / (vs**2 / (s - 1 + d0) + (vt**2 / (t - 1) if vt else 0))
    stretch = widen * stats.t.ppf(0.975, freedom) / stats.norm.ppf(0.975)
    low, high = np.quantile(drawn, [0.025, 0.975])
    est = d.mean()
    se = widen * drawn.std(ddof=1)
    return {
        "scope": scope,
        "stretch": stretch,
        "difference": est,
        "freedom": freedom,
        "standardError": se,
        "interval": [est + stretch * (low - est), est + stretch * (high - est)],
        "p": 2 * stats.t.sf(abs(est) / se, freedom),
    }


def ranks(y, draws):
    """95 % of the ranks of y[method][seed][task] under joint draws, higher is better."""
    m, s, t = y.shape
    est = y.mean((1, 2))
    pairs = itertools.combinations(range(m), 2)
    stretch = np.median([paired(y[a] - y[b], "tasksAndRuns", 100, seed_spread(y))["stretch"] for a, b in pairs])
    out = np.empty((draws, m))
    for i in range(draws):
        a, b = rng.integers(0, s, s), rng.integers(0, t, t)
        drawn = est + stretch * (y[:, a][:, :, b].mean((1, 2)) - est)
        out[i] = [1 + (drawn > v).sum() for v in drawn]
    low, high = np.quantile(out, [0.025, 0.975], axis=0)
    return [[int(np.floor(a)), int(np.ceil(b))] for a, b in zip(low, high)]


def variance_split(groups):
    """Components from the expected values of the two sums of squares as quadratic forms y'Qy: E = trace(QV)."""
    y = np.concatenate([np.asarray(g, float) for g in groups])
    z = np.concatenate([np.full(len(g), i) for i, g in enumerate(groups)])
    n, k = len(y), len(groups)
    Z = (z[:, None] == np.arange(k)).astype(float)
    P = Z @ np.linalg.inv(Z.T @ Z) @ Z.T
    J = np.full((n, n), 1 / n)
    within, between = np.eye(n) - P, P - J
    A = np.array([[np.trace(q @ Z @ Z.T), np.trace(q)] for q in (between, within)])
    order, seed = np.linalg.solve(A, [y @ between @ y, y @ within @ y])
    f, p = stats.f_oneway(*groups)
    order = max(0.0, order)
    return {"groups": groups, "order": order, "seed": seed, "orderShare": order / (order + seed), "p": p}


y = scores([0.0, 0.03, 0.2], 4, 5, 0.01, 0.03, 0.01)
pairs = [
    {"a": a, "b": b, **paired(y[a] - y[b], scope, 200_000, seed_spread(y))}
    for a, b in itertools.combinations(range(3), 2)
    for scope in ("runs", "tasksAndRuns")
]
unlike = np.concatenate([scores([0.0] * 3, 4, 3, sd, 0.02, sd) for sd in (0.002, 0.03)])
close = scores([0.0, 0.004, 0.01, 0.05], 5, 6, 0.01, 0.01, 0.01)


def holm(p):
    order = np.argsort(p)
    adjusted = np.minimum(1, np.maximum.accumulate(np.array(p)[order] * (len(p) - np.arange(len(p)))))
    return adjusted[np.argsort(order)].tolist()


ps = [0.04, 0.001, 0.02, 0.6, 0.013]
json.dump(
    {
        "tTails": [[t, df, 2 * stats.t.sf(abs(t), df)] for t in (0.3, 2.1, -4.4, 17.0) for df in (1, 2.7, 9, 120)],
        "t95": [[df, stats.t.ppf(0.975, df)] for df in (0.8, 1, 2.5, 4, 30.2, 1000)],
        "fTails": [[f, a, b, stats.f.sf(f, a, b)] for f in (0.4, 3.3, 21.0) for a, b in ((1, 4), (6, 14), (2, 3))],
        "paired": {"values": y.tolist(), "pairs": pairs},
        "ranks": {"values": close.tolist(), "intervals": ranks(close, 20_000)},
        "spread": [
            {"values": v.tolist(), "variance": seed_spread(v)[0], "freedom": seed_spread(v)[1]} for v in (y, unlike)
        ],
        "holm": {"p": ps, "corrected": holm(ps)},
        "variance": [
            variance_split([[0.61, 0.64, 0.6], [0.55, 0.53, 0.57], [0.66, 0.7, 0.69]]),
            variance_split([[0.61, 0.64, 0.6, 0.63], [0.55, 0.53], [0.66], [0.6, 0.59, 0.65]]),
            variance_split([[0.5, 0.7], [0.55, 0.66], [0.6, 0.61]]),
        ],
    },
    sys.stdout,
    indent=1,
)
