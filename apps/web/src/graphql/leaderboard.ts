import { graphql } from './generated/index.ts'

export const Suites = graphql(`
  query Suites {
    suites(first: 50) {
      totalCount
      edges {
        node {
          id
          key
          title
          summary
          available
          unavailableReason
          modelKey
          corpusKey
          orders { key title taskKeys hash }
          tasks { ...TaskNames }
        }
      }
    }
  }
`)

export const LeaderboardPage = graphql(`
  query LeaderboardPage($suite: String!, $order: String, $sortBy: String) {
    leaderboard(suite: $suite, order: $order, sortBy: $sortBy) {
      sortedBy
      suite { key title summary orders { key title taskKeys hash } tasks { key name } }
      order { key title taskKeys hash }
      metrics { key title definition better unit }
      entries {
        n
        rank
        tied
        config
        method { key title paper trains }
        runs { id key seed state }
        metrics { key interval { mean low high n values } }
      }
    }
  }
`)
