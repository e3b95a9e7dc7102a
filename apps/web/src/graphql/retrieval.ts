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
    fused { score rank }
    figure { ...FigureFields }
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
      recall
      rankConstant
    }
  }
`)

/** The same search as a script would send it: one self-contained document. */
export const RETRIEVE_SCRIPT = `query Retrieve($input: RetrieveInput!) {
  retrieve(input: $input) {
    hits {
      rank
      dense { score rank }
      visual { score rank }
      lexical { score rank }
      fused { score rank }
      figure { key caption licence article pmid pmcid doi imageUrl guidedRunCount }
    }
    dropped { dropped figure { key } }
    counts { corpus dense visual kept distinctScores }
    time { encode dense visual lexical total }
    indexVersion
    encoderId
    store
    exact
    recall
    rankConstant
  }
}`

export const Facets = graphql(`
  query Facets($input: FacetsInput!) {
    facets(input: $input) { field values { value count } }
  }
`)

export const MoreLikeThis = graphql(`
  query MoreLikeThis($input: MoreLikeThisInput!) {
    moreLikeThis(input: $input) {
      hits { similarity figure { ...FigureFields } }
      indexVersion
      encoderId
      store
      exact
      milliseconds
    }
  }
`)
