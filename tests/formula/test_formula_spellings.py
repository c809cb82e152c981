"""Other spellings of right answers, and of what cannot be read: robust reading is what counts."""

from __future__ import annotations

import pytest
from formula_questions import (
    BACK,
    DX_ELU,
    DX_RELU,
    SOFT,
    Asked,
    verdict,
)

SPELLINGS = [
    (
        BACK,
        r"\delta_{x,ij}=\sum_{k=0}^{P-1}\sum_{l=0}^{Q-1}\delta_{f,kl}[x_{ij}=f_{kl}][(i,j)\in\Omega(k,l)]",
        "right",
    ),
    (
        BACK,
        r"\delta_{x}(i,j)=\sum_{k,l}\delta_f(k,l)\,[x(i,j)=f(k,l)]\,[(i,j)\in\Omega(k,l)]",
        "right",
    ),
    (
        BACK,
        r"\delta_x[i,j]=\sum_{k,l}\delta_f[k,l]\,[x[i,j]=f[k,l]]\,[(i,j)\in\Omega(k,l)]",
        "right",
    ),
    (
        BACK,
        r"δ_{x,ij} = ∑_{k,l} δ_{f,kl} · 𝟙[(i,j) ∈ Ω(k,l) ∧ x_{ij} = max_{(p,q) ∈ Ω(k,l)} x_{pq}]",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} \mathbb{1}_{\{(i,j) = (i^*_{kl}, j^*_{kl})\}} \text{ with } (i^*_{kl}, j^*_{kl}) = \underset{(p,q)\in\Omega(k,l)}{\operatorname{argmax}} x_{pq}",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{\substack{k,l \\ (i,j)\in\Omega(k,l)}} \delta_{f,kl} \, \mathbb{1}\left\{ x_{ij} = f_{kl} \right\}",
        "right",
    ),
    (
        BACK,
        r"\frac{\partial L}{\partial x_{i,j}} = \sum_{k}\sum_{l} \frac{\partial L}{\partial f_{k,l}} \cdot \begin{cases} 1 & (i,j)=\arg\max_{(p,q)\in\Omega(k,l)} x_{p,q} \\ 0 & \text{else} \end{cases}",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{(k,l) \mid (i,j) \in \Omega(k,l)} \delta_{f,kl}\, I(x_{ij} \geq x_{pq} )",
        "unbound",
    ),
    (
        BACK,
        r"\partial L/\partial x_{ij} = \sum_{k,l} \partial L/\partial f_{kl} \cdot 1_{x_{ij} = f_{kl}} \cdot 1_{(i,j) \in \Omega(k,l)}",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{(k,l)} \mathrm{dout}_{kl} \mathbf 1 \{ (i,j) = \operatorname*{arg\,max}\limits_{(p,q)\in\Omega(k,l)} x_{pq} \}",
        "right",
    ),
    (
        BACK,
        r"\[ \delta^{x}_{i,j} = \sum_{k,l : (i,j) \in \Omega_{k,l}} \delta^{f}_{k,l} \; [\, x_{i,j} = \max \{ x_{p,q} : (p,q) \in \Omega_{k,l} \} \,] \tag{7} \]",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} &= \sum_{k,l} \delta_{f,kl} [x_{ij} = f_{kl}] [(i,j)\in\Omega(k,l)] \quad \text{for all } i, j",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \left( \delta_{f,kl} \cdot \left[ x_{ij} = f_{kl} \text{ and } (i,j) \in \Omega(k,l) \right] \right)",
        "right",
    ),
    (
        BACK,
        r"\delta_{x_{ij}} = \sum_{k,l} \delta_{f_{kl}} [x_{ij} = f_{kl}] [(i,j)\in\Omega(k,l)].",
        "right",
    ),
    (
        BACK,
        r"\begin{align*} \delta_{x,ij} &= \sum_{k,l} \delta_{f,kl} \\ &\quad \cdot [x_{ij} = f_{kl}] [(i,j)\in\Omega(k,l)] \end{align*}",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} [f_{kl} - x_{ij} \le 0 ] [(i,j)\in\Omega(k,l)]",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} \delta_{i,i^*} \delta_{j,j^*}, (i^*,j^*) = \arg\max_{(p,q)\in\Omega(k,l)} x_{pq}",
        "ambiguous",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} [i=i^*][j=j^*] \text{ where } i^*, j^* = \arg\max_{(p,q)\in\Omega(k,l)} x_{pq}",
        "several",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} [i=i^*, j=j^*] \text{ where } (i^*, j^*) = \arg\max_{(p,q)\in\Omega(k,l)} x_{pq}",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} \mathbb{1}(i=i^* \land j=j^*) ; (i^*, j^*) = \arg\max_{(p,q)\in\Omega(k,l)} x_{pq}",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} \mathbb{1}[ks \le i < ks + K][ls \le j < ls + K] [x_{ij}=f_{kl}]",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{a=0}^{K-1}\sum_{b=0}^{K-1} \sum_{k,l} \delta_{f,kl} [i = ks+a][j=ls+b] [x_{ij}=f_{kl}]",
        "right",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} [(i,j)\in\Omega(k,l)] [\forall (p,q): x_{pq} \le x_{ij}]",
        "command",
    ),
    (BACK, r"\nabla_x L = 0", "command"),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} \max_{(p,q)\in\Omega(k,l)} x_{pq} \cdot y",
        "ambiguous",
    ),
    (
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \max_{(p,q)\in\Omega(k,l)} x_{pq} \delta_{f,kl}",
        "ambiguous",
    ),
    (BACK, r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} + x_{kl}", "unbound"),
    (BACK, r"\delta_{x,ij} = 1/2x_{ij}", "ambiguous"),
    (BACK, r"7 = \sum_{k,l} \delta_{f,kl} [x_{ij} = f_{kl}] [(i,j)\in\Omega(k,l)]", "several"),
    (BACK, r"\delta_{x,ij} = |x_{ij}|x_{ij}|x_{ij}|", "ambiguous"),
    (BACK, r"\delta_{x,ij} = x_{:,j}", "slice"),
    (BACK, r"\delta_{x,ij} = x_{0.5,j}", "index"),
    (BACK, r"\delta_{x,ij} = \sum_{k}^{K} x_{kj}", "binder"),
    (BACK, r"\delta_{x,ij} = \sum x_{ij}", "binder"),
    (BACK, r"\delta_{x,ij} = \mathbb{1}[x_{ij}]", "condition"),
    (BACK, r"\delta_{x,ij} = \begin{cases} 1 & x_{ij} > 100 \end{cases}", "cases"),
    (BACK, r"\delta_{x,ij} = \max_{(p,q)\in\Omega(k,l)} x_{pq}", "unbound"),
    (BACK, r"\delta_{x,ij} = \sum_{a=0}^{10^{12}} a", "budget"),
    (BACK, r"\delta_{x,ij} = 10^{400}", "value"),
    (BACK, r"\delta_{x,ij} = x_{ij} / 0", "value"),
    (BACK, r"\delta_{x,ij} = a \text{ where } a = b, b = a", "depth"),
    (BACK, r"\delta_{x,ij} = \delta_{x,ij}", "unknown"),
    (BACK, r"\delta_{x,ij} = H_{ij}", "rank"),
    (BACK, r"\delta_{x,ij} = x_{ij} \delta_{x,ij} = 1", "wrong"),
    (BACK, r"\delta_{x,ij} = \sum_{k,l \in \Omega(i,j)} x_{kl}", "outside"),
    (BACK, r"\delta_{x,ij} = \max_{a > 100} x_{aa}", "empty"),
    (BACK, r"\delta_{x,ij} = \max_{(p,q)\in\Omega(0,0) , x_{pq} > 1000} x_{pq}", "empty"),
    (BACK, r"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{x}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}", "depth"),
    (BACK, r"\delta_{x,ij} = \sum_{s=0}^{2} s", "wrong"),
    (BACK, r"\delta_{x,ij} = (x_{ij}", "syntax"),
    (BACK, r"\delta_{x,ij} = df_{kl}", "unknown"),
    (BACK, r"\delta_{x,ij} = \log x_{ij} y", "ambiguous"),
    (
        DX_ELU,
        r"\frac{\partial L}{\partial x_j} = \sum_k W_{kj} \delta_{y,k} \exp(\min(0, s_k))",
        "right",
    ),
    (DX_RELU, r"\delta_{x,j} = (W^\top (\delta_y \odot \mathbb{1}\{s > 0\}))_j", "right"),
    (
        DX_RELU,
        r"\delta_x = \mathbf{W}^{\mathsf{T}} \left( \boldsymbol{\delta}_y \circ (\mathbf{s} > 0) \right)",
        "right",
    ),
    (DX_RELU, r"\delta_{x,j} = \sum_{k \in \{1,\dots,K\}} W_{kj}\delta_{y,k} [s_k > 0]", "right"),
    (DX_RELU, r"\delta_{x,j} = \sum_{1 \le k \le K} W_{kj}\delta_{y,k} [s_k > 0]", "right"),
    (DX_RELU, r"\delta_{x,j} = \sum_{k : s_k > 0} W_{kj}\delta_{y,k}", "right"),
    (
        DX_RELU,
        r"\delta_{x,j} = \sum_{k=1}^{K} \delta_{y,k} \operatorname{sign}(\max(0,s_k)) W_{kj}",
        "right",
    ),
    (DX_RELU, r"\delta_{x,j} = \sum_{k=1}^{K} \max(0,s_k)/s_k \cdot \delta_{y,k} W_{kj}", "right"),
    (SOFT, r"p_i - y_i", "right"),
    (SOFT, r"\partial L / \partial z_i = \frac{e^{z_i}}{\sum_j e^{z_j}} - y_i", "right"),
    (SOFT, r"\frac{\partial \mathcal{L}}{\partial z} = p - y", "right"),
    (SOFT, r"\text{softmax}(z)_i - y_i", "right"),
    (SOFT, r"\nabla_z L = p - y", "command"),
    (SOFT, r"p_i(1-y_i) - \sum_{k \ne i} p_i y_k \cdot 0 - (1-p_i) y_i", "right"),
    (SOFT, r"y_i(p_i - 1) + \sum_{k\neq i} y_k p_i", "right"),
    (SOFT, r"\sum_{k} y_k (p_i - [i=k])", "right"),
    (SOFT, r"\sum_k y_k (p_i - \delta_{k,i})", "right"),
    (SOFT, r"\frac{\exp z_i}{\sum_j \exp z_j} - y_i", "right"),
    (SOFT, r"p_i^{(n)} - y_i^{(n)}", "layer"),
]


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [pytest.param(*row, id=f"{number}-{row[2]}") for number, row in enumerate(SPELLINGS, 1)],
)
def test_spelling_gets_its_verdict(asked: Asked, text: str, expected: str) -> None:
    assert verdict(text, asked) == expected
