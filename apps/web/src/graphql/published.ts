import { graphql } from './generated/index.ts'

export const Published = graphql(`
  fragment Published on PublishedRow {
    orderKey table title variant confidence source remarks
    method { key }
    values { key value recomputed }
    tasks { key taskKey value }
  }
`)
