import { GraphQLDateTime, GraphQLJSON } from 'graphql-scalars'

/** Any JSON value. */
export const JSONScalar = GraphQLJSON
/** An instant, ISO 8601 in UTC. */
export const DateTimeScalar = GraphQLDateTime
