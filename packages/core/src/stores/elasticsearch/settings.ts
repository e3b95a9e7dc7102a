import { z } from 'zod'
import { AnamnesisError } from '../../contracts/index.ts'

/** How vectors are indexed once there are too many to compare all of them. */
export const VECTOR_INDEXES = ['int8_hnsw', 'bbq_hnsw', 'hnsw', 'flat'] as const
export type VectorIndex = (typeof VECTOR_INDEXES)[number]

/** Where a cluster is, how it is entered, and how indexes are made there. */
export interface ElasticsearchSettings {
  /** One address or more of the same cluster; the others answer when one is away. */
  urls: readonly string[]
  apiKey?: string
  username?: string
  password?: string
  /** File with the certificate of the authority that signed the server's, in PEM. */
  caFile?: string
  /** SHA-256 fingerprint of that certificate, instead of the file. */
  caFingerprint?: string
  /** Every index, alias and template of this product begins with it. */
  prefix: string
  vectorIndex: VectorIndex
  /** Primary shards of a new index. */
  shards: number
  /** Copies of a new index: a number, or a range that follows the number of nodes. */
  replicas: string
  /** Seconds that a write waits for a cluster that is away before it gives up. */
  patience: number
}

const optional = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type)

const environment = z.object({
  ELASTICSEARCH_URL: z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim()))
    .pipe(
      z.array(z.url({ protocol: /^https?$/, error: 'must be http or https addresses, separated by commas' })).min(1),
    ),
  ELASTICSEARCH_API_KEY: optional(z.string().optional()),
  ELASTICSEARCH_USERNAME: optional(z.string().optional()),
  ELASTICSEARCH_PASSWORD: optional(z.string().optional()),
  ELASTICSEARCH_CA: optional(z.string().optional()),
  ELASTICSEARCH_CA_FINGERPRINT: optional(z.string().optional()),
  ELASTICSEARCH_PREFIX: optional(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be up to 40 lower-case letters, digits and "-"')
      .default('anamnesis'),
  ),
  ELASTICSEARCH_VECTOR_INDEX: optional(z.enum(VECTOR_INDEXES).default('int8_hnsw')),
  ELASTICSEARCH_SHARDS: optional(z.coerce.number().int().min(1).max(64).default(1)),
  ELASTICSEARCH_REPLICAS: optional(
    z
      .string()
      .regex(/^\d+(-(\d+|all))?$/, 'must be a number, or a range such as 0-1')
      .default('0-1'),
  ),
  ELASTICSEARCH_PATIENCE: optional(z.coerce.number().min(1).max(86_400).default(300)),
})

/** The cluster that the environment names; null where it names none. @throws BAD_INPUT naming the variable */
export function elasticsearchSettings(source: NodeJS.ProcessEnv = process.env): ElasticsearchSettings | null {
  if (!source.ELASTICSEARCH_URL) return null
  const parsed = environment.safeParse(source)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const name = String(issue.path[0])
    throw new AnamnesisError('BAD_INPUT', `${name} is not usable: ${issue.message}.`, { field: name })
  }
  const value = parsed.data
  return {
    urls: value.ELASTICSEARCH_URL,
    ...(value.ELASTICSEARCH_API_KEY && { apiKey: value.ELASTICSEARCH_API_KEY }),
    ...(value.ELASTICSEARCH_USERNAME && { username: value.ELASTICSEARCH_USERNAME }),
    ...(value.ELASTICSEARCH_PASSWORD && { password: value.ELASTICSEARCH_PASSWORD }),
    ...(value.ELASTICSEARCH_CA && { caFile: value.ELASTICSEARCH_CA }),
    ...(value.ELASTICSEARCH_CA_FINGERPRINT && { caFingerprint: value.ELASTICSEARCH_CA_FINGERPRINT }),
    prefix: value.ELASTICSEARCH_PREFIX,
    vectorIndex: value.ELASTICSEARCH_VECTOR_INDEX,
    shards: value.ELASTICSEARCH_SHARDS,
    replicas: value.ELASTICSEARCH_REPLICAS,
    patience: value.ELASTICSEARCH_PATIENCE,
  }
}
