/** The same request for scripts. Every snippet runs as it is pasted. */

/** One line of GraphQL, without the indentation it has in the source. */
function compact(document: string): string {
  return document.replace(/\s+/g, ' ').trim()
}

/** A POSIX shell command; single quotes in the data are escaped. */
export function curl(url: string, query: string, variables: unknown): string {
  const body = JSON.stringify({ query: compact(query), variables })
  return `curl -s '${url}' \\\n  -H 'content-type: application/json' \\\n  --data '${body.replaceAll("'", `'\\''`)}'`
}

/** Python 3 with the standard library only. */
export function python(url: string, query: string, variables: unknown): string {
  const lines = query.trim().split('\n')
  return [
    'import json, urllib.request',
    '',
    'query = """',
    ...lines,
    '"""',
    `variables = json.loads(${pythonString(JSON.stringify(variables))})`,
    'request = urllib.request.Request(',
    `    ${pythonString(url)},`,
    '    json.dumps({"query": query, "variables": variables}).encode(),',
    '    {"content-type": "application/json"},',
    ')',
    'print(json.dumps(json.load(urllib.request.urlopen(request)), indent=2))',
  ].join('\n')
}

// JSON string syntax is also valid Python string syntax.
const pythonString = (text: string) => JSON.stringify(text)

/** Document and variables as the API's own query page takes them. */
export function graphqlText(query: string, variables: unknown): string {
  return `${query.trim()}\n\n# variables\n${JSON.stringify(variables, null, 2).replace(/^/gm, '# ')}`
}
