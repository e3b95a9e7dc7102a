import { graphql } from './generated/index.ts'

export const Status = graphql(`
  query Status {
    status {
      version
      ready
      workers
      queued
      running
      backend
      setup { key title state done total message }
    }
  }
`)
