"""What can be handed in, and its hash: who sends it and who receives it agree on both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

MOST_BYTES, MOST_FILES = 256 << 10, 20


def digest_of_hand_in(question: str, kind: str, exam: str, files: Mapping[str, bytes]) -> str:
    """Give the SHA-256 over question, kind, exam, and the names and contents of the files.

    Each piece stands behind its length, so that no two hand-ins are the same bytes.
    """
    digest = hashlib.sha256()
    pieces = [question.encode(), kind.encode(), exam.encode()]
    for name in sorted(files):
        pieces += [name.encode("utf-8", "surrogateescape"), files[name]]
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "little") + piece)
    return digest.hexdigest()
