"""Notations seen in notes, each with its wanted verdict."""

from __future__ import annotations

import pytest
from formula_questions import (
    BACK,
    CW,
    CX,
    CX_SMALL,
    CX_ZERO,
    CX_ZERO_FROM_1,
    DS_RELU,
    DX_ELU,
    DX_RELU,
    JAC,
    SOFT,
    Asked,
    verdict,
)

NOTATIONS = [
    (
        JAC,
        r"\frac{\partial f_{kl}}{\partial x_{ij}} = \begin{cases} 1 & \text{if } (i, j) = (i^*, j^*) \\ 0 & \text{otherwise} \end{cases}",
        "unbound",
    ),
    (
        JAC,
        r"\frac{\partial f_{kl}}{\partial x_{ij}} = \begin{cases} 1 & \text{if } (i, j) = (i^*, j^*) \\ 0 & \text{otherwise} \end{cases}\text{ where } (i^*, j^*) = \arg\max_{(i, j) \in \Omega(k, l)} x_{ij}",
        "right",
    ),
    (
        JAC,
        r"\frac{\partial f_{kl}}{\partial x_{ij}} = \left\{\begin{array}{ll} 1, & (i,j) = \operatorname{arg\,max}_{(p,q)\in\Omega(k,l)} x_{p,q} \\ 0, & \text{sonst} \end{array}\right.",
        "right",
    ),
    (JAC, r"\mathbb{I}[x_{ij} = \max_{(i',j') \in \Omega(k, l)} x_{i'j'}]", "right"),
    (
        BACK,
        r"\delta_{x, ij} = \sum_{(k, l) : (i, j) \in \Omega(k, l)} \delta_{f, kl} \cdot \mathbb{I}[(i, j) = \arg\max_{(i',j') \in \Omega(k, l)} x_{i'j'}]",
        "right",
    ),
    (
        BACK,
        r"\delta_{x, ij} = \begin{cases} \delta_{f, kl} & \text{if } x_{ij} \text{ was the max in its window } \Omega(k, l) \\ 0 & \text{otherwise} \end{cases}",
        "prose",
    ),
    (
        BACK,
        r"\delta_{x, ij} = \sum_{k,l} \frac{\partial L}{\partial f_{kl}} \frac{\partial f_{kl}}{\partial x_{ij}}",
        "derivative",
    ),
    (
        BACK,
        r"\delta^x_{ij} = \sum_{k,l} \delta^f_{kl} \, \mathbf{1}\{x_{ij} = \max_{(p,q)\in\Omega(k,l)} x_{pq}\} \, \mathbf{1}_{(i,j)\in\Omega(k,l)}",
        "right",
    ),
    (
        BACK,
        r"\frac{\partial L}{\partial x_{pq}} = \sum_{(m,n)\colon (p,q)\in\Omega(m,n)} \frac{\partial L}{\partial f_{mn}} \cdot \mathbb{1}\left[x_{pq} = \max_{(u,v)\in\Omega(m,n)} x_{uv}\right]",
        "right",
    ),
    (
        BACK,
        r"\frac{\partial L}{\partial X_{i \cdot s + a, j \cdot s + b}} = \begin{cases} \frac{\partial L}{\partial Y_{i,j}} & \text{if } X_{i \cdot s + a, j \cdot s + b} = Y_{i,j} \\ 0 & \text{otherwise} \end{cases}",
        "wrong",
    ),
    (
        BACK,
        r"\sum_{k,l} \delta_{f,kl} \mathbb{1}[(i,j) = \arg\min_{(p,q)\in\Omega(k,l)} x_{pq}]",
        "wrong",
    ),
    (
        BACK,
        r"\delta_{f,\lfloor i/s \rfloor \lfloor j/s \rfloor} \mathbb{1}[x_{ij} = f_{\lfloor i/s \rfloor, \lfloor j/s \rfloor}]",
        "outside",
    ),
    (
        BACK,
        r"\sum_{k,l} \delta_{f,kl} [(i,j)\in\Omega(k,l)] \prod_{(p,q)\in\Omega(k,l)} [x_{ij} \ge x_{pq}]",
        "right",
    ),
    (BACK, r"\sum_{k,l} \delta_{f,kl} [x_ij = f_kl]", "rank"),
    (BACK, r"\sum_{k,l} \delta_{f,kl} [x_{ij} = \arg\max_{(p,q)\in\Omega(k,l)} x_{pq}]", "type"),
    (
        BACK,
        r"$$ \delta_{x,ij} = \sum_{k,l} \delta_{f,kl}\, \mathbb{1}[(i,j) = \arg\max_{(p,q)\in\Omega(k,l)} x_{pq}], \quad (3) $$",
        "right",
    ),
    (
        BACK,
        r"\begin{aligned} m_{kl} &= \max_{(p,q)\in\Omega(k,l)} x_{pq} \\ \delta_{x,ij} &= \sum_{k,l} \delta_{f,kl} [x_{ij} = m_{kl}] [(i,j)\in\Omega(k,l)] \end{aligned}",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} \frac{\partial f_{kl}}{\partial x_{ij}} = \sum_{k,l} \delta_{f,kl} [(i,j)=\arg\max_{(p,q)\in\Omega(k,l)} x_{pq}]",
        "right",
    ),
    (
        BACK,
        r"\delta_{xij} = \sum_{kl} \delta_{fkl} [x_{ij} = f_{kl}] [(i,j)\in\Omega(k,l)]",
        "right",
    ),
    (
        DX_ELU,
        r"\delta_{x, j} = \sum_{k=1}^K \delta_{y, k} \cdot f'(s_k) \cdot W_{kj} \text{ where } f'(u) = \begin{cases} 1 & \text{if } u > 0 \\ e^u & \text{otherwise} \end{cases}",
        "right",
    ),
    (DX_RELU, r"\delta_x = W^T (\delta_y \odot \mathbb{1}[s > 0])", "right"),
    (DX_RELU, r"\delta_x = W (\delta_y \odot \mathbb{1}[s > 0])", "shape"),
    (DS_RELU, r"dZ^{[l]} = dA^{[l]} \odot \mathbb{1}[Z^{[l]} > 0]", "layer"),
    (DS_RELU, r"\text{dout} \odot \mathbf{1}_{\{s > 0\}}", "right"),
    (SOFT, r"\frac{\partial L}{\partial z_k} = -\sum_i y_i (\delta_{ik} - p_k)", "right"),
    (SOFT, r"\frac{\partial L}{\partial z_i} = y_i - p_i", "wrong"),
    (CX, r"\frac{\partial L}{\partial X} = \delta * \text{rot180}(K)", "ambiguous"),
    (
        CX_ZERO,
        r"\frac{\partial L}{\partial x_{ij}} = \sum_{a=0}^{R-1} \sum_{b=0}^{S-1} \delta_{i-a,j-b} w_{ab}",
        "right",
    ),
    (
        CX_SMALL,
        r"\frac{\partial L}{\partial x_{ij}} = \sum_{a=0}^{R-1} \sum_{b=0}^{S-1} \delta_{i-a,j-b} w_{ab}",
        "outside",
    ),
    (CX_ZERO, r"\sum_{u=1}^{R}\sum_{v=1}^{S} w_{uv} \delta_{i-u+1,j-v+1}", "wrong"),
    (CX_ZERO_FROM_1, r"\sum_{u=1}^{R}\sum_{v=1}^{S} w_{uv} \delta_{i-u+1,j-v+1}", "right"),
    (
        CW,
        r"\frac{\partial L}{\partial K_{a,b}} = \sum_{m} \sum_{n} X(m + a, n + b) \cdot \delta(m, n)",
        "right",
    ),
]


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [pytest.param(*row, id=f"{number}-{row[2]}") for number, row in enumerate(NOTATIONS, 1)],
)
def test_notation_gets_its_verdict(asked: Asked, text: str, expected: str) -> None:
    assert verdict(text, asked) == expected
