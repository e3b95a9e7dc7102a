import { graphql } from './generated/index.ts'

/** Everything the run page shows at first; `lastSeq` says which events it already contains. */
export const RunPage = graphql(`
  query RunPage($id: ID!) {
    run(id: $id) {
      ...RunRow
      suite { id key title corpusKey modelKey tasks { ...TaskNames } }
      order { key title taskKeys hash }
      method { key title paper summary trains reference parameters }
      config
      configHash
      modelKey
      encoderId
      baseModel { key encoderId }
      provenance
      reproduce
      seriesNames
      matrix { taskKeys taskNames cells { ...Cell } }
      references { task taskKey size bags questions indexVersion milliseconds }
      checkpoints { task step digest bytes state at }
    }
    metrics { key title definition formula convention source needs better unit }
    runSettings
  }
`)

graphql(`
  fragment TaskNames on Task {
    key
    name
    modality
    classes { id name }
  }
`)

graphql(`
  fragment Cell on MatrixCell {
    row
    column
    taskKey
    n
    accuracy
    low
    high
    balancedAccuracy
    auc
    confusion
  }
`)

export const RunSeries = graphql(`
  query RunSeries($id: ID!, $names: [String!]!, $maxPoints: Int!) {
    run(id: $id) { id lastSeq series(names: $names, maxPoints: $maxPoints) { name steps values points } }
  }
`)

export const RunMetrics = graphql(`
  query RunMetrics($id: ID!) {
    run(id: $id) {
      id
      heartbeatAt
      metrics { key value }
      checkpoints { task step digest bytes state at }
    }
  }
`)

export const RunHistory = graphql(`
  query RunHistory($id: ID!, $first: Int!, $after: String, $types: [String!]) {
    run(id: $id) {
      id
      events(first: $first, after: $after, types: $types) {
        pageInfo { hasNextPage endCursor }
        edges { node { runId seq type at payload } }
      }
    }
  }
`)

export const RunEvents = graphql(`
  subscription RunEvents($runId: ID!, $sinceSeq: Int!) {
    runEvents(runId: $runId, sinceSeq: $sinceSeq) { runId seq type at payload }
  }
`)

export const StopRun = graphql(`
  mutation StopRun($input: StopRunInput!) {
    stopRun(input: $input) {
      run { id state stateReason }
      userErrors { code field message }
    }
  }
`)
