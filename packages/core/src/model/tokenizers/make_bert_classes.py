"""Characters that Unicode knows as marks, punctuation or format characters today and BERT's reference does not yet.

Run: python3 make_bert_classes.py   (writes bertClasses.json beside itself; made with tokenizers 0.23.3)
Each entry is the inside of a regular expression's character class.
"""

import json
from pathlib import Path

import regex
from tokenizers import normalizers, pre_tokenizers

accents = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
cleaned = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
split = pre_tokenizers.BertPreTokenizer()


def ranges(codes):
    parts = []
    for code in codes:
        if parts and code == parts[-1][1] + 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    escape = "\\u{{{:x}}}".format
    return "".join(escape(a) if a == b else f"{escape(a)}-{escape(b)}" for a, b in parts)


def unlike(category, handles):
    known = regex.compile(category)
    points = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    return ranges([ord(point) for point in points if known.fullmatch(point) and not handles(point)])


classes = {
    "source": "tokenizers 0.23.3 by make_bert_classes.py; do not edit",
    "notMarks": unlike(r"\p{Mn}", lambda c: len(accents.normalize_str(f"a{c}")) == 1),
    "notPunctuation": unlike(r"\p{P}", lambda c: len(split.pre_tokenize_str(f"a{c}b")) == 3),
    "notRemoved": unlike(r"\p{Cf}", lambda c: len(cleaned.normalize_str(f"a{c}")) == 1),
}
Path(__file__).with_name("bertClasses.json").write_text(json.dumps(classes, indent=2) + "\n")
