"""Tables for repairing text, taken from ftfy (Apache License 2.0, Robyn Speer) and Python's html.entities.

Run: python3 make_text_data.py   (writes mojibake.json and htmlEntities.json beside itself; made with ftfy 6.3.1, Python 3.11)
"""

import html
import json
from pathlib import Path

from ftfy import badness, chardata

HERE = Path(__file__).parent
# What Python's re means by these for text, written out: JavaScript's own classes differ.
CLASSES = {
    r"\s": "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    r"\w": r"\p{L}\p{N}_",
}


def javascript(pattern):
    """A verbose Python pattern as the source of a JavaScript regular expression with flag u."""
    result, in_class, at = [], False, 0
    while at < len(pattern):
        c = pattern[at]
        if c == "\\":
            name = pattern[at : at + 2]
            inner = CLASSES.get(name)
            result.append(name if inner is None else inner if in_class else f"[{inner}]")
            at += 2
            continue
        if c == "[":
            in_class = True
        elif c == "]":
            in_class = False
        elif c == "." and not in_class:
            c = "[^\\n]"
        elif c == "#" and not in_class:
            at = pattern.index("\n", at)
            continue
        if in_class or not c.isspace():
            result.append(c)
        at += 1
    return "".join(result)


def high_half(encoding):
    """The 128 characters of bytes 0x80 to 0xff."""
    return bytes(range(0x80, 0x100)).decode(encoding)


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), indent=0)
    (HERE / name).write_text(text + "\n")


write(
    "mojibake.json",
    {
        "source": "ftfy 6.3.1 by make_text_data.py; do not edit",
        "bad": javascript(badness.BADNESS_RE.pattern),
        "utf8Detector": javascript(chardata.UTF8_DETECTOR_RE.pattern),
        "encodings": {name: high_half(name) for name in chardata.CHARMAP_ENCODINGS},
        "ligatures": {chr(code): letters for code, letters in chardata.LIGATURES.items()},
    },
)
write(
    "htmlEntities.json",
    {
        # Names that also stand without a semicolon are listed a second time.
        "source": "WHATWG HTML named character references by make_text_data.py; do not edit",
        "named": {name[:-1]: value for name, value in html.entities.html5.items() if name.endswith(";")},
        "open": [name for name in html.entities.html5 if not name.endswith(";")],
        # ftfy also knows lower-case names written in capitals.
        "capitals": {
            name[1:-1]: value
            for name, value in chardata.HTML_ENTITIES.items()
            if name[1:] not in html.entities.html5
        },
    },
)
