import { graphql } from './generated/index.ts'

graphql(`
  fragment RunRow on Run {
    id
    key
    name
    state
    stateReason
    seed
    createdAt
    startedAt
    finishedAt
    heartbeatAt
    attempt
    task
    step
    totalSteps
    lastSeq
    suite { id key title tasks { key } }
    order { key title taskKeys }
    method { key title trains }
    metrics { key value }
  }
`)

export const RunsPage = graphql(`
  query RunsPage($first: Int!, $after: String, $filter: RunFilter, $sort: RunSort) {
    runs(first: $first, after: $after, filter: $filter, sort: $sort) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor node { ...RunRow } }
    }
  }
`)

export const ProjectEvents = graphql(`
  subscription ProjectEvents {
    projectEvents { kind run { ...RunRow } }
  }
`)

export const RunFilters = graphql(`
  query RunFilters {
    suites(first: 50) { edges { node { key title } } }
    methods { key title }
  }
`)
