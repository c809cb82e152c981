"""The counter-test: an honest program that uses NumPy and SciPy widely meets no refusal."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from grader.core.call import Returned
from grader.core.limits import Limits
from grader.sandbox import Sandbox

from .support import call

pytestmark = pytest.mark.needs_isolation

NUMPY = """
import collections, copy, dataclasses, datetime, decimal, fractions, functools, heapq, io, itertools
import json, logging, math, os, pathlib, random, re, statistics, string, sys, textwrap, time
import typing, unittest, uuid, warnings, zoneinfo
import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view


def f(x):
    q, r = np.linalg.qr(x)
    u, s, v = np.linalg.svd(x)
    assert np.allclose(q @ r, x) and np.allclose((u * s) @ v, x)
    assert np.allclose(np.linalg.solve(x, x), np.eye(len(x)))
    values, vectors = np.linalg.eigh(x @ x.T)
    np.linalg.eig(x); np.linalg.inv(x); np.linalg.pinv(x); np.linalg.det(x); np.linalg.lstsq(x, x[0])
    np.linalg.cholesky(x @ x.T + np.eye(len(x))); np.linalg.matrix_power(x, 3); np.linalg.cond(x)
    assert np.allclose(np.fft.ifft2(np.fft.fft2(x)), x)
    np.fft.rfft(x); np.fft.fftshift(x); np.convolve(x[0], x[1]); np.correlate(x[0], x[1])
    assert np.allclose(np.einsum('ij,jk->ik', x, x, optimize=True), x @ x)
    np.tensordot(x, x); np.kron(x[:5, :5], x[:5, :5]); np.outer(x[0], x[0])
    np.sort(x); np.argpartition(x, 3); np.unique(x); np.histogram(x); np.percentile(x, 5)
    np.interp(0.5, [0, 1], [1, 2]); np.gradient(x); np.cumsum(x); np.polyfit([0, 1, 2], [0, 1, 2], 1)
    np.polynomial.Polynomial.fit([0, 1, 2], [0, 1, 4], 2).roots()
    sliding_window_view(x, (2, 2)).max(axis=(-2, -1)); as_strided(x, (2, 2), (8, 8))
    np.random.default_rng(0).normal(size=9); np.random.seed(1); np.random.rand(3)
    np.random.default_rng().permutation(9); random.random(); random.SystemRandom().random()
    packed = io.BytesIO()
    np.save(packed, x); packed.seek(0); assert (np.load(packed) == x).all()
    packed = io.BytesIO()
    np.savez_compressed(packed, x=x); packed.seek(0); assert np.load(packed)['x'].shape == x.shape
    assert np.loadtxt(io.StringIO('1 2\\n3 4')).shape == (2, 2)
    np.genfromtxt(io.StringIO('1,2'), delimiter=','); np.savetxt(io.StringIO(), x[:2])
    text = io.StringIO(); print(x[:2, :2], file=text); print(repr(x[0, :3]))
    datetime.datetime.now(zoneinfo.ZoneInfo('Europe/Paris')); np.datetime64('2024-01-01') + 3
    time.time(); time.perf_counter(); time.sleep(0.001); uuid.uuid4(); os.urandom(4)
    with np.errstate(all='ignore'): np.float64(1) / 0
    warnings.warn('a warning'); logging.getLogger('a').warning('logged')
    json.loads(json.dumps({'a': [1, 2.5]})); re.sub('a', 'b', 'aaa'); decimal.Decimal('1.1') ** 2
    np.testing.assert_allclose(x, x); np.vectorize(lambda v: v + 1)(x[:3]); np.ma.array([1, 2])
    np.apply_along_axis(sum, 0, x[:3]); np.linspace(0, 1, 5); np.meshgrid([1, 2], [3, 4])
    big = np.ones((600, 600)); (big @ big).sum()
    sys.setrecursionlimit(3000); functools.lru_cache(None)(len)('abc'); copy.deepcopy(x)
    class Case(unittest.TestCase):
        def test(self): self.assertEqual(1, 1)
    assert unittest.TextTestRunner(stream=io.StringIO()).run(Case('test')).wasSuccessful()
    assert pathlib.Path('a').suffix == '' and os.getpid() > 0 and os.cpu_count() > 0
    return [float(x.sum()), q, {'values': values}, ('text', True, None, 1 + 2j, np.float32(1))]
"""
SCIPY = """
import numpy as np
import scipy.integrate, scipy.interpolate, scipy.linalg, scipy.ndimage, scipy.optimize
import scipy.signal, scipy.sparse, scipy.sparse.linalg, scipy.spatial, scipy.special, scipy.stats


def f(x):
    scipy.linalg.lu(x); scipy.linalg.expm(x / 100); scipy.linalg.schur(x); scipy.linalg.svdvals(x)
    found = scipy.optimize.minimize(lambda v: ((v - 3) ** 2).sum(), np.zeros(3))
    assert np.allclose(found.x, 3, atol=1e-3)
    scipy.integrate.quad(np.sin, 0, 1); scipy.integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0])
    scipy.interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5)
    sparse = scipy.sparse.csr_matrix(x); scipy.sparse.linalg.spsolve(sparse.tocsc(), x[0])
    scipy.ndimage.gaussian_filter(x, 1); scipy.signal.convolve2d(x[:9, :9], x[:3, :3])
    scipy.special.softmax(x); scipy.stats.norm.cdf(0.3); scipy.stats.ttest_ind(x[0], x[1])
    scipy.spatial.distance.cdist(x[:4], x[:4])
    return float(scipy.special.logsumexp(x))
"""


def matrix() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.default_rng(0).normal(size=(60, 60))


def test_honest_program_of_numpy_meets_no_refusal(sandbox: Sandbox) -> None:
    x = matrix()

    answer = call(sandbox, NUMPY, Limits(), x=x)

    assert isinstance(answer, Returned), answer
    assert isinstance(answer.value, list)
    assert answer.value[0] == float(x.sum())
    assert answer.changed_inputs == ()


@pytest.mark.skipif(
    importlib.util.find_spec("scipy") is None, reason="WITH SCIPY ONLY: scipy is not installed"
)
def test_honest_program_of_scipy_meets_no_refusal() -> None:
    with Sandbox.start(packages=("numpy", "scipy")) as with_scipy:
        answer = call(with_scipy, SCIPY, Limits(cpu_seconds=10.0), x=matrix())

    assert isinstance(answer, Returned), answer
    assert isinstance(answer.value, float)
