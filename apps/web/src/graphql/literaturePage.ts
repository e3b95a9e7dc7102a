import { graphql } from './generated/index.ts'

export const SuiteChoices = graphql(`
  query SuiteChoices {
    suites(first: 100) { edges { node { key title available } } }
  }
`)
