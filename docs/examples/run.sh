#!/usr/bin/env bash
# Query, mutation and the event log with curl and jq-free shell. usage: docs/examples/run.sh [API URL]
set -euo pipefail
api=${1:-http://localhost:4000}
post() { curl -sS --fail-with-body "$api/graphql" -H 'content-type: application/json' -d "$1"; echo; }

# 1. query
post '{"query":"{ methods { key title summary } }"}'

# 2. mutation; repeating it with the same idempotencyKey gives the same run, never a second one
started=$(post '{"query":"mutation ($input: StartRunInput!) { startRun(input: $input) { run { id key state } userErrors { code field message } } }",
  "variables":{"input":{"suite":"phantom-3","method":"zero-shot","seed":1,"settings":{"evalLimit":32},"idempotencyKey":"'"curl-$(date +%s%N)"'"}}}')
echo "$started"
run=$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' <<<"$started")

# 3. events: a page of the log (subscriptions speak graphql-transport-ws, see run.py)
sleep 2
post '{"query":"query ($id: ID!) { run(id: $id) { state events(first: 20) { edges { node { seq type at } } pageInfo { hasNextPage endCursor } } } }","variables":{"id":"'"$run"'"}}'
