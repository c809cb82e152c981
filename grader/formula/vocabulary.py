"""The commands and words of formulas: what each stands for, and what cannot be read."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GREEK = _words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta "
    "Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar imath jmath"
)

#: a command or sign -> the type of its token and the value it carries
SIGNS = {
    "+": ("SIGN", "+"), "-": ("SIGN", "-"),
    "\\cdot": ("MUL", "\\cdot"), "\\times": ("MUL", "\\cdot"), "\\bullet": ("MUL", "\\cdot"),
    "*": ("MUL", "*"), "\\ast": ("MUL", "*"), "\\star": ("MUL", "*"),
    "\\odot": ("MUL", "\\odot"), "\\circ": ("MUL", "\\odot"), "/": ("MUL", "/"),
    "\\div": ("MUL", "/"),
    "=": ("REL", "="), "<": ("REL", "<"), ">": ("REL", ">"),
    "\\lt": ("REL", "<"), "\\gt": ("REL", ">"),
    "\\le": ("REL", "<="), "\\leq": ("REL", "<="), "\\leqslant": ("REL", "<="),
    "\\leqq": ("REL", "<="), "\\ge": ("REL", ">="), "\\geq": ("REL", ">="),
    "\\geqslant": ("REL", ">="), "\\geqq": ("REL", ">="),
    "\\ne": ("REL", "!="), "\\neq": ("REL", "!="),
    "\\in": ("REL", "in"), "\\notin": ("REL", "not in"),
    "\\coloneqq": ("REL", "="), "\\triangleq": ("REL", "="), "\\equiv": ("REL", "="),
    "\\land": ("_AND", "and"), "\\wedge": ("_AND", "and"), "\\&": ("_AND", "and"),
    "\\lor": ("_OR", "or"), "\\vee": ("_OR", "or"),
    "\\lnot": ("_NOT", "not"), "\\neg": ("_NOT", "not"),
    "(": ("_LPAR", "("), ")": ("_RPAR", ")"), "\\lparen": ("_LPAR", "("),
    "\\rparen": ("_RPAR", ")"), "[": ("_LSQ", "["), "]": ("_RSQ", "]"),
    "\\lbrack": ("_LSQ", "["), "\\rbrack": ("_RSQ", "]"),
    "\\{": ("_LSET", "{"), "\\}": ("_RSET", "}"), "\\lbrace": ("_LSET", "{"),
    "\\rbrace": ("_RSET", "}"),
    "\\lfloor": ("_LFLOOR", ""), "\\rfloor": ("_RFLOOR", ""),
    "\\lceil": ("_LCEIL", ""), "\\rceil": ("_RCEIL", ""),
    "\\lvert": ("_LBAR", ""), "\\rvert": ("_RBAR", ""),
    "\\colon": ("_SUCH", ":"), "\\mid": ("_SUCH", "|"),
    "\\partial": ("PARTIAL", ""), ",": ("_COMMA", ","), ";": ("_SEP", ";"),
    "\\dots": ("DOTS", ""), "\\ldots": ("DOTS", ""), "\\cdots": ("DOTS", ""),
    "\\dotsc": ("DOTS", ""), "\\dotsm": ("DOTS", ""), "\\dotsb": ("DOTS", ""),
    "'": ("MARK", "'"), "\\prime": ("MARK", "'"), ".": ("_DOT", "."),
}  # fmt: skip

BIG = {
    "\\sum": "sum", "\\prod": "prod", "\\max": "max", "\\min": "min", "\\argmax": "argmax",
    "\\argmin": "argmin",
}  # fmt: skip
FUNCTIONS = _words("exp log ln tanh sinh cosh sin cos tan sign sgn relu sigmoid softmax")
#: words that are operators when they stand alone outside of a subscript
PLAIN_BIG = {word.removeprefix("\\"): sign for word, sign in BIG.items() if word != "\\prod"}

SPACING = _words(
    "\\, \\; \\: \\! \\> \\/ \\- \\displaystyle \\textstyle \\scriptstyle \\limits \\nolimits "
    "\\left \\right \\middle \\big \\Big \\bigg \\Bigg \\bigl \\bigr \\Bigl \\Bigr \\biggl \\biggr "
    "\\Biggl \\Biggr \\bigm \\Bigm \\nonumber \\notag \\hfill \\thinspace \\enspace \\allowbreak "
    "\\strut \\hfil \\relax \\medspace \\thickspace \\negthinspace \\noindent \\bf \\rm \\it "
    "\\mathstrut "
    "\\( \\) \\[ \\] ~ $"
) | {"\\ "}
QUADS = frozenset(("\\quad", "\\qquad"))
FONTS = _words(
    "mathbf boldsymbol bm mathrm mathit mathsf mathtt mathcal mathscr mathbb mathds mathbbm "
    "mathfrak pmb vec vb textbf textit mathnormal ensuremath boxed mathop mathrel mathbin mathopen "
    "mathclose mathord smash bold symbf underline"
)
#: fonts in which 1 or I is an indicator
INDICATOR_FONTS = _words("mathbf boldsymbol bm mathbb mathds mathbbm mathrm pmb bold symbf")
ACCENTS = _words("hat widehat bar overline tilde widetilde dot ddot check breve")
TEXTS = _words("text textrm mbox textnormal textsf texttt hbox textup")
FRACTIONS = _words("frac dfrac tfrac cfrac nicefrac sfrac")
#: commands whose argument is dropped, and whose dropping the echo names
DROPPED = _words("tag label eqref ref color hspace vspace phantom")
#: environments that only arrange formulas
ARRANGING = _words(
    "aligned align align* equation equation* split gathered gather gather* multline multline* "
    "eqnarray eqnarray* alignedat flalign flalign* displaymath math"
)
CASES = _words("cases dcases cases* dcases* rcases")

#: what text between formulas means: the token and the words, in the languages of our courses
TEXT_MEANINGS = {
    "_IF": "if|when|for|whenever|falls|wenn|für|ako|kada|za|si|se|quand|als|jika|jeśli|если|若|当",
    "OTHERWISE": (
        "otherwise|else|elsewhere|sonst|ansonsten|andernfalls|inače|sinon|si no|en otro caso|"
        "altrimenti|anders|w przeciwnym razie|иначе|其他|否则|その他|in all other cases"
    ),
    "_SEP": "where|with|wobei|mit|gdje|où|avec|donde|con|dove|let|and where|here|for which",
    "_AND": "and|und|i|et|y|e",
    "_OR": "or|oder|ili|ou|o",
    "_NOT": "not|nicht",
    "_SUCH": "s.t.|such that|so dass|sodass|takve da",
    "FORALL": "for all|for each|for every|for any|für alle|za sve|pour tout|para todo",
    "REL": "=|is equal to|equals",
    "in": "in",
}
WORDS = {word: kind for kind, words in TEXT_MEANINGS.items() for word in words.split("|")}

#: a command that is known and not read -> what to write instead
REFUSED = {
    "\\forall": r"use \prod or \max over the letter",
    "\\exists": r"use \max over the letter",
    "\\nabla": r"name the gradient by the question's symbol, or \frac{\partial L}{\partial x}",
    "\\int": r"write a finite sum: \sum_{k}",
    "\\lim": "write the value itself",
    "\\infty": "write a finite bound",
    "\\otimes": r"write the product with its indices: a_i b_j",
    "\\langle": r"write the sum: \sum_i a_i b_i",
    "\\lVert": r"write the sum: \sum_i x_i^2",
    "\\|": r"write the sum: \sum_i x_i^2",
    "\\setminus": r"add a condition: (p,q) \ne (i,j)",
    "\\cup": r"write two sums, or a condition with \lor",
    "\\cap": r"write a condition with \land",
    "\\approx": "write '='",
    "\\sim": "write '='",
    "\\propto": "write '=' and the factor",
    "\\to": "write '=' or cases",
    "\\mapsto": "write '=' or cases",
    "\\Rightarrow": "give the last line only",
    "\\implies": "give the last line only",
    "\\iff": "give the last line only",
}
