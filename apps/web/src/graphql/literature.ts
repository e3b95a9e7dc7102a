import { graphql } from './generated/index.ts'

graphql(`
  fragment FigureFields on Figure {
    id
    key
    corpusKey
    caption
    modality
    anatomy
    licence
    licenceGroup
    article
    articleKey
    journal
    year
    label
    panel
    retracted
    pmid
    pmcid
    doi
    url
    credit
    imageUrl
    guidedRunCount
    recall { id kind reason createdAt }
  }
`)

graphql(`
  fragment GuidedRunFields on GuidedRun {
    tasks
    taskNames
    firstStep
    lastStep
    windows
    figures
    draws
    weight
    checkpoints { task digest }
    run { id key name state method { title } }
  }
`)

/** A figure with every run that it guided. */
export const FigureLedger = graphql(`
  query FigureLedger($corpus: String!, $key: String!, $first: Int!, $after: String) {
    figure(corpus: $corpus, key: $key) {
      ...FigureFields
      guidedRuns(first: $first, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { node { ...GuidedRunFields } }
      }
    }
  }
`)

graphql(`
  fragment RecallFields on LiteratureRecall {
    id
    kind
    reason
    selector
    createdAt
    liftedAt
    liftReason
    figureCount
    touchedRuns(first: 20) { totalCount edges { node { ...GuidedRunFields } } }
  }
`)

export const Recalls = graphql(`
  query Recalls($first: Int!, $after: String) {
    recalls(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { node { ...RecallFields } }
    }
  }
`)

export const RecallLiterature = graphql(`
  mutation RecallLiterature($input: RecallLiteratureInput!) {
    recallLiterature(input: $input) { recall { ...RecallFields } userErrors { code field message } }
  }
`)

export const LiftRecall = graphql(`
  mutation LiftRecall($id: ID!, $reason: String) {
    liftRecall(id: $id, reason: $reason) { recall { ...RecallFields } userErrors { code field message } }
  }
`)

export const WhatIf = graphql(`
  query WhatIf($input: WhatIfInput!) {
    whatIf(input: $input) {
      questions
      sameIndex
      common
      jaccard
      rankBiasedOverlap
      added
      removed
      before { settings size bags modalities { modality count } indexVersion store milliseconds }
      after { settings size bags modalities { modality count } indexVersion store milliseconds }
      addedPairs { bag question rank visual figure { key corpusKey caption imageUrl modality } }
      removedPairs { bag question rank visual figure { key corpusKey caption imageUrl modality } }
    }
  }
`)

export const ReviewQueue = graphql(`
  query ReviewQueue($input: ReviewQueueInput!) {
    reviewQueue(input: $input) {
      open
      items { key question caption imageUrl }
      noise { reviewed rate interval accepted wrongDomain wrongFinding disputed }
    }
  }
`)

export const ReviewPair = graphql(`
  mutation ReviewPair($input: ReviewPairInput!) {
    reviewPair(input: $input) {
      noise { reviewed rate interval accepted wrongDomain wrongFinding disputed }
      userErrors { code field message }
    }
  }
`)

export const LeakGuard = graphql(`
  query LeakGuard($suite: String!, $first: Int!, $after: String, $open: Boolean) {
    leakSearch(suite: $suite) {
      id
      state
      message
      done
      total
      similarity
      distance
      corpusKey
      encoderId
      indexVersion
      finishedAt
      tasks { taskKey images suspects open dirty }
      pairs(first: $first, after: $after, open: $open) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { node {
          corpusKey taskKey sampleId sampleUrl figureKey similarity distance verdict
          figure { caption imageUrl article }
        } }
      }
    }
  }
`)

export const SearchLeaks = graphql(`
  mutation SearchLeaks($input: SearchLeaksInput!) {
    searchLeaks(input: $input) { search { id state } userErrors { code field message } }
  }
`)

export const JudgeLeak = graphql(`
  mutation JudgeLeak($input: JudgeLeakInput!) {
    judgeLeak(input: $input) { pair { verdict } userErrors { code field message } }
  }
`)

graphql(`
  fragment IndexFields on IndexHealth {
    store
    indexType
    encoderId
    dim
    rows
    version
    bytes
    exact
    honesty { k probes recall worstRecall byModality { modality probes recall } latencyP50 latencyP95 measuredAt }
  }
`)

export const IndexHealths = graphql(`
  query IndexHealths {
    corpora { id key title index { ...IndexFields } }
  }
`)
