import { graphql } from './generated/index.ts'

export const ModelsPage = graphql(`
  query ModelsPage($first: Int!, $after: String) {
    models(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { node { ...ModelRow } }
    }
  }
`)

graphql(`
  fragment ModelRow on Model {
    id
    key
    encoderId
    digest
    origin
    source
    bytes
    parameterCount
    embedding
    image { kind width depth heads size patch activation }
    text { kind width depth heads context vocabulary }
    preprocessing { mean std details }
    tokenizerKind
    parity { reference version maxDifferenceImages maxDifferenceTexts same at }
    addedAt
    runCount
  }
`)

export const ModelInbox = graphql(`
  query ModelInbox {
    modelSources(first: 100) {
      totalCount
      edges { node { source path folder bytes changedAt suggestedKey } }
    }
    modelImports(first: 5) {
      edges { node { ...ModelImportRow } }
    }
  }
`)

graphql(`
  fragment ModelImportRow on ModelImport {
    id
    key
    source
    state
    stage
    done
    total
    errorCode
    message
    createdAt
  }
`)

export const ImportModel = graphql(`
  mutation ImportModel($input: ImportModelInput!) {
    importModel(input: $input) {
      modelImport { ...ModelImportRow }
      userErrors { code field message }
    }
  }
`)

export const ModelImportProgress = graphql(`
  subscription ModelImportProgress($id: ID!) {
    modelImport(id: $id) { ...ModelImportRow }
  }
`)
