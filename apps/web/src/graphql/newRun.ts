import { graphql } from './generated/index.ts'

export const NewRunPage = graphql(`
  query NewRunPage {
    suites(first: 50) {
      edges {
        node {
          key
          title
          summary
          available
          unavailableReason
          defaults
          modelKey
          corpusKey
          tasks { ...TaskNames }
          orders { key title taskKeys hash }
        }
      }
    }
    models(first: 100) { edges { node { key encoderId parameterCount image { size } } } }
    methods { key title paper summary trains reference parameters }
    addOns { key title paper summary needs parameters }
    runSettings
  }
`)

export const SuiteWithModel = graphql(`
  query SuiteWithModel($suite: String!, $model: String!) {
    suite(key: $suite) { key available(model: $model) unavailableReason(model: $model) }
  }
`)

export const StartRun = graphql(`
  mutation StartRun($input: StartRunInput!) {
    startRun(input: $input) {
      run { id key name seed }
      userErrors { code field message }
    }
  }
`)
