import { graphql } from './generated/index.ts'

export const TasksPage = graphql(`
  query TasksPage($first: Int!, $after: String) {
    tasks(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges {
        node {
          id
          key
          name
          domain
          modality
          anatomy
          classes { id name promptName }
          splits { split count }
          licence
          citation
          notes
          synthetic
          digest
        }
      }
    }
  }
`)
