"""Query, mutation and subscription from Python.

    pip install websockets
    python docs/examples/run.py [API URL, default http://localhost:4000]

Starts a short fine-tuning run on the demo suite, follows it live, and prints its accuracy matrix.
"""
import asyncio
import json
import sys
import urllib.request
import uuid

import websockets

API = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:4000"


def graphql(document, **variables):
    body = json.dumps({"query": document, "variables": variables}).encode()
    request = urllib.request.Request(f"{API}/graphql", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
    if "errors" in answer:
        raise SystemExit("\n".join(error["message"] for error in answer["errors"]))
    return answer["data"]


async def follow(run_id, since=0):
    """Yields every event after `since`: the stored ones, then live ones. Call again with the last seq after a lost connection."""
    url = API.replace("http", "ws", 1) + "/graphql"
    async with websockets.connect(url, subprotocols=["graphql-transport-ws"]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        document = "subscription ($run: ID!, $since: Int!) { runEvents(runId: $run, sinceSeq: $since) { seq type payload } }"
        await socket.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": {"query": document, "variables": {"run": run_id, "since": since}}})
        )
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await socket.send('{"type":"pong"}')
            elif message["type"] == "next":
                yield message["payload"]["data"]["runEvents"]
            elif message["type"] in ("complete", "error"):
                return


async def main():
    suites = graphql("{ suites(first: 20) { edges { node { key title available } } } }")["suites"]["edges"]
    for edge in suites:
        print(edge["node"]["key"], "-", edge["node"]["title"], "" if edge["node"]["available"] else "(not imported)")

    answer = graphql(
        "mutation ($input: StartRunInput!) { startRun(input: $input) { run { id key } userErrors { code field message } } }",
        input={
            "suite": "phantom-3",
            "method": "fine-tune",
            "seed": 1,
            "settings": {"stepsPerTask": 10, "evalLimit": 32},
            "idempotencyKey": str(uuid.uuid4()),
        },
    )["startRun"]
    if answer["userErrors"]:
        raise SystemExit(answer["userErrors"])
    run = answer["run"]

    async for event in follow(run["id"]):
        if event["type"] == "eval.cell":
            cell = event["payload"]
            print(f"after task {cell['row']}, on {cell['taskId']}: {100 * cell['accuracy']:.1f} % of {cell['n']}")
        if event["type"] == "run.state":
            print(run["key"], event["payload"]["state"])
            if event["payload"]["state"] in ("SUCCEEDED", "FAILED", "STOPPED"):
                break

    for metric in graphql("query ($id: ID!) { run(id: $id) { metrics { key value } } }", id=run["id"])["run"]["metrics"]:
        print(metric["key"], metric["value"])


asyncio.run(main())
