"""Signs of Unicode, as people paste them, and the LaTeX they stand for."""

from __future__ import annotations

_SMALL = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
_SMALL_AFTER = "upsilon phi chi psi omega"
_LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"


def _letters(signs: str, names: str) -> dict[str, str]:
    return {sign: f"\\{name}" for sign, name in zip(signs, names.split(), strict=True)}


#: a sign of Unicode -> the LaTeX it stands for
UNICODE = {
    "−": "-", "–": "-", "·": "\\cdot", "×": "\\times", "⋅": "\\cdot", "∙": "\\cdot", "⊙": "\\odot",
    "∘": "\\odot", "≤": "\\le", "≥": "\\ge", "⩽": "\\le", "⩾": "\\ge", "≠": "\\ne", "∈": "\\in",
    "∉": "\\notin", "∑": "\\sum", "∏": "\\prod", "∂": "\\partial", "√": "\\sqrt", "∧": "\\land",
    "∨": "\\lor", "¬": "\\lnot", "…": "\\dots", "⋯": "\\dots", "′": "'", "’": "'", "ᵀ": "^T",
    "⊤": "\\top", "⌊": "\\lfloor", "⌋": "\\rfloor", "⌈": "\\lceil", "⌉": "\\rceil", "∣": "\\mid",
    "∀": "\\forall", "∃": "\\exists", "∇": "\\nabla", "∞": "\\infty", "∫": "\\int", "∗": "*",
    "²": "^2", "³": "^3", "⟨": "\\langle", "⟩": "\\rangle", "𝟙": "\\mathbb{1}", "𝕀": "\\mathbb{I}",
    "𝟏": "\\mathbf{1}", "ℓ": "\\ell", "≔": "\\coloneqq", "⇒": "\\Rightarrow", "⊗": "\\otimes",
    "∅": "\\emptyset", "∖": "\\setminus", "∪": "\\cup", "∩": "\\cap", "≈": "\\approx",
    **_letters("αβγδεζηθικλμνξπρστ", _SMALL),
    **_letters("υφχψω", _SMALL_AFTER),
    **_letters("ΓΔΘΛΞΠΣΥΦΨΩ", _LARGE),
    **{sign: f"_{{{digit}}}" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip
