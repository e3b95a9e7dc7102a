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
  query LeaderboardPage(
    $suite: String!, $order: String, $orderSet: String, $sortBy: String, $scope: String, $group: String
    $from: String, $moved: Boolean!
  ) {
    leaderboard(suite: $suite, order: $order, orderSet: $orderSet, sortBy: $sortBy, scope: $scope, group: $group) {
      sortedBy
      unit
      scope
      resamples
      seedsToRank
      suite { key title summary orders { key title taskKeys hash } tasks { key name } }
      order { key title taskKeys hash }
      orders { key title }
      group { ...Comparable }
      groups { ...Comparable }
      metrics { key title definition formula convention source needs better unit }
      entries {
        key
        n
        orders
        rank
        rankInterval
        tieGroup
        tied
        ranked
        reason
        config
        method { key title paper trains }
        runs { id key seed order { key title } }
        metrics { key interval { mean low high deviation standardError n values } }
        tasks { taskKey interval { mean low high n } }
        variance { runs orders order seed orderShare p }
      }
      comparisons { a b pairs difference low high p correctedP separated better reason }
      leftOut { reason text count runs { id key seed method { title } } }
      publishedRows { ...Published }
    }
    before: leaderboard(
      suite: $suite, order: $order, orderSet: $orderSet, sortBy: $from, scope: $scope, group: $group
    ) @include(if: $moved) { sortedBy entries { key rank } }
  }
  fragment Comparable on ComparableRuns { key stepsPerTask evalLimit modelKey modelDigest dataDigest runs }
  fragment Published on PublishedRow {
    orderKey
    table
    title
    variant
    confidence
    source
    remarks
    values { key value recomputed }
    tasks { key taskKey value }
  }
`)
