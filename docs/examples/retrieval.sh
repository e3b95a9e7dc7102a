#!/usr/bin/env bash
# Ten questions to an indexed corpus, each best hit explained. usage: docs/examples/retrieval.sh <corpus> [API URL]
set -euo pipefail
corpus=${1:?name a corpus}
api=${2:-http://localhost:4000}
query='query ($input: RetrieveInput!) { retrieve(input: $input) {
  counts { corpus dense visual kept } exact indexVersion
  hits { rank dense { score rank } visual { score rank } lexical { score rank }
    figure { key caption article licence pmid pmcid doi guidedRunCount } }
  dropped { dropped } } }'

while IFS= read -r question; do
  QUERY=$query QUESTION=$question CORPUS=$corpus python3 - <<'PYTHON' |
import json, os
variables = {"input": {"question": os.environ["QUESTION"], "corpus": os.environ["CORPUS"], "k": 20}}
print(json.dumps({"query": os.environ["QUERY"], "variables": variables}))
PYTHON
    curl -sS --fail-with-body "$api/graphql" -H 'content-type: application/json' -d @- |
    QUESTION=$question python3 -c '
import collections, json, os, sys
answer = json.load(sys.stdin)
if answer.get("errors"):
    sys.exit(answer["errors"][0]["message"])
found = answer["data"]["retrieve"]
counts = found["counts"]
print("#", os.environ["QUESTION"])
print("  {corpus} figures -> {dense} by caption -> {visual} by image -> {kept} kept".format(**counts))
for hit in found["hits"][:1]:
    figure = hit["figure"]
    stages = ["{} {:.3f} (rank {})".format(name, hit[name]["score"], hit[name]["rank"])
              for name in ("dense", "visual", "lexical") if hit[name]]
    print("  1.", figure["key"], "|", figure["caption"][:90].replace("\n", " "))
    print("    ", ", ".join(stages), "|", figure["licence"], "| guided", figure["guidedRunCount"], "runs")
reasons = collections.Counter(hit["dropped"] for hit in found["dropped"])
print("   seen and dropped:", ", ".join(f"{n} {reason}" for reason, n in reasons.most_common()) or "none")
'
done <<'QUESTIONS'
A chest X-ray photo of pneumonia
A CT photo of the lung
A microscopy photo of red blood cells
A microscopy photo of bacteria
An MRI photo of the brain
A drawing of the heart
A photo of the skin
A drawing of a neuron
A drawing of the kidney
A drawing of the eye
QUESTIONS
