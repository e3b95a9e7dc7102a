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
    methods { key title paper summary trains reference parameters }
    runSettings
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
