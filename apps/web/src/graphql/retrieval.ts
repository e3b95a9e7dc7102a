import { graphql } from './generated/index.ts'

export const Corpora = graphql(`
  query Corpora {
    corpora { id key title figures modalities licenceGroups indexed digest synthetic exampleQuestions }
  }
`)

graphql(`
  fragment HitFields on Hit {
    rank
    dropped
    dense { score rank }
    visual { score rank }
    lexical { score rank }
    figure { id key caption modality anatomy licence licenceGroup article pmid pmcid doi url credit imageUrl }
  }
`)

export const Retrieve = graphql(`
  query Retrieve($input: RetrieveInput!) {
    retrieve(input: $input) {
      question
      hits { ...HitFields }
      dropped { ...HitFields }
      counts { corpus dense visual kept distinctScores }
      time { encode dense visual lexical total }
      indexVersion
      encoderId
      store
      exact
    }
  }
`)
