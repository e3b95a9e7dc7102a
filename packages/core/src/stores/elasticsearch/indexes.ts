import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { estypes } from '@elastic/elasticsearch'
import { z } from 'zod'
import { AnamnesisError } from '../../contracts/index.ts'
import { type Cluster, EMPTY_COPIES_PATIENCE, statusOf, waitForCopies, whole } from './cluster.ts'
import { PROPERTIES, VECTOR_FIELDS, vectorProperties } from './documents.ts'
import { VECTOR_INDEXES, type VectorIndex } from './settings.ts'

/** Committed indexes that stay beside the newest one, for readers that have not looked again. */
const KEPT = 1
/** How long a clone or a commit waits for the copies of its index, in seconds; without them it goes on. */
const COPIES_PATIENCE = 60
const LOOK_AGAIN = 500
/** How long a lost copy is waited for before another machine makes one; not at all while an index is being written. */
const DELAY = 'index.unassigned.node_left.delayed_timeout'

const meta = z.object({
  format: z.literal(1),
  encoderId: z.string(),
  dim: z.number().int(),
  /** The index that this one was made from. */
  base: z.string().nullable(),
})
type Meta = z.infer<typeof meta>

/** One index on the cluster: never changed again once it is committed. */
export interface PhysicalIndex {
  index: string
  uuid: string
  meta: Meta
  vectorIndex: VectorIndex
}

/**
 * The indexes behind one name. An alias names the committed one, which is read-only; a writer makes a draft of it (a
 * clone shares its files), fills the draft, and the alias moves to it in one step. A draft that was left by an
 * interrupted writer is continued by the next one.
 */
export class Indexes {
  readonly alias: string
  /** Alias of the draft: writing through it can never make an index by accident. */
  readonly draftAlias: string

  constructor(
    private readonly cluster: Cluster,
    name: string,
    private readonly encoder: { encoderId: string; dim: number },
  ) {
    this.alias = `${cluster.settings.prefix}-${indexName(name)}`
    this.draftAlias = `${this.alias}-draft`
  }

  /** @throws ENCODER_MISMATCH where the name belongs to another encoder */
  async look(): Promise<{ current: PhysicalIndex | null; draft: PhysicalIndex | null; all: string[] }> {
    const found = await this.cluster.read('looking for the index', (client) =>
      client.indices.get({ index: `${this.alias}-v*`, allow_no_indices: true }),
    )
    let current: PhysicalIndex | null = null
    let draft: PhysicalIndex | null = null
    for (const [index, state] of Object.entries(found)) {
      const aliases = Object.keys(state.aliases ?? {})
      if (aliases.includes(this.alias)) current = this.parse(index, state)
      if (aliases.includes(this.draftAlias)) draft = this.parse(index, state)
    }
    return { current, draft, all: Object.keys(found).sort() }
  }

  /** The draft to write to: the one an interrupted writer left, or a new one with the rows of the committed index. */
  async openDraft(): Promise<PhysicalIndex> {
    await this.putTemplate()
    const { current, draft, all } = await this.look()
    if (draft !== null && draft.meta.base === (current?.index ?? null)) {
      await waitForCopies(this.cluster, draft.index, COPIES_PATIENCE)
      return draft
    }
    // A draft of an older base can only be left by a writer that lost its lock: what it holds is in the corpus still.
    if (draft !== null) await this.remove([draft.index])
    const last = Number(all.at(-1)?.slice(-6) ?? 0)
    const index = `${this.alias}-v${String(last + 1).padStart(6, '0')}`
    const content: Meta = { format: 1, ...this.encoder, base: current?.index ?? null }
    const aliases = { [this.draftAlias]: {} }
    if (current === null) {
      await this.make((client) =>
        client.indices.create({
          index,
          aliases,
          settings: { [DELAY]: '0s' },
          mappings: { _meta: content, properties: vectorProperties(this.encoder.dim, 'flat') },
        }),
      )
    } else {
      const settings = { 'index.blocks.write': null, [DELAY]: '0s' }
      await this.make((client) => client.indices.clone({ index: current.index, target: index, aliases, settings }))
      await this.cluster.write('describing the new index', (client) =>
        client.indices.putMapping({ index, _meta: content }),
      )
    }
    // Rows that are written before there is a second copy are lost with the node that took them.
    await waitForCopies(this.cluster, index, current === null ? EMPTY_COPIES_PATIENCE : COPIES_PATIENCE)
    return { index, uuid: '', meta: content, vectorIndex: current?.vectorIndex ?? 'flat' }
  }

  /**
   * Makes the draft the index that everybody reads.
   * @param flatRows above this number of rows vectors get the approximate index of the settings
   */
  async commit(draft: PhysicalIndex, flatRows: number): Promise<void> {
    const { index } = draft
    await this.refresh(index)
    const { count } = await this.cluster.write('counting', async (client) => whole(await client.count({ index })))
    const wanted = this.cluster.settings.vectorIndex
    if (count > flatRows && draft.vectorIndex === 'flat' && wanted !== 'flat') {
      const properties = vectorProperties(this.encoder.dim, wanted)
      await this.cluster.write('changing the vector index', (client) =>
        client.indices.putMapping({ index, properties }),
      )
      await this.mergeSegments(index)
      await this.refresh(index)
    }
    await this.cluster.write('closing the new index for writers', (client) =>
      client.indices.putSettings({ index, settings: { 'index.blocks.write': true, [DELAY]: null } }),
    )
    await waitForCopies(this.cluster, index, COPIES_PATIENCE)
    const base = draft.meta.base
    await this.cluster.write('switching to the new index', (client) =>
      client.indices.updateAliases({
        actions: [
          ...(base === null ? [] : [{ remove: { index: base, alias: this.alias, must_exist: false } }]),
          { remove: { index, alias: this.draftAlias, must_exist: false } },
          { add: { index, alias: this.alias } },
        ],
      }),
    )
    const older = (await this.look()).all.filter((name) => name < index)
    await this.remove(older.slice(0, -KEPT))
  }

  /** Rewrites all segments into one, which gives every vector the index of the mapping. */
  private async mergeSegments(index: string): Promise<void> {
    for (;;) {
      const { task } = await this.cluster.write('merging segments', (client) =>
        client.indices.forcemerge({ index, max_num_segments: 1, wait_for_completion: false }),
      )
      if (task === undefined || (await this.ended(String(task)))) return
    }
  }

  /** Waits for a task; false when the node that did it is gone. */
  private async ended(task: string): Promise<boolean> {
    for (;;) {
      try {
        const state = await this.cluster.write('waiting for a task', (client) => client.tasks.get({ task_id: task }))
        if (state.completed) return state.error === undefined
      } catch (error) {
        if (statusOf(error) === 404) return false
        throw error
      }
      await sleep(LOOK_AGAIN)
    }
  }

  private async refresh(index: string): Promise<void> {
    await this.cluster.write('making rows searchable', async (client) => whole(await client.indices.refresh({ index })))
  }

  private async remove(indexes: readonly string[]): Promise<void> {
    if (indexes.length === 0) return
    await this.cluster.write('removing an older index', (client) =>
      client.indices.delete({ index: [...indexes], ignore_unavailable: true }),
    )
  }

  /** Makes an index; one that is there already was made by an attempt whose answer was lost. */
  private async make(request: (client: Cluster['client']) => Promise<unknown>): Promise<void> {
    await this.cluster.write('making an index', async (client) => {
      try {
        await request(client)
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('resource_already_exists_exception'))) throw error
      }
    })
  }

  /** Settings and fields of every index of the product; written again with each draft, so that it is never behind. */
  private async putTemplate(): Promise<void> {
    const { prefix, shards, replicas } = this.cluster.settings
    await this.cluster.write('writing the index template', (client) =>
      client.indices.putIndexTemplate({
        name: `${prefix}-figures`,
        index_patterns: [`${prefix}-*-v*`],
        priority: 200,
        template: {
          settings: {
            number_of_shards: shards,
            ...(replicas.includes('-') ? { auto_expand_replicas: replicas } : { number_of_replicas: Number(replicas) }),
            // A draft is made searchable once, when it is complete.
            refresh_interval: '-1',
            // Pages in figure-id order end early.
            sort: { field: 'id', order: 'asc' },
          },
          mappings: { dynamic: false, properties: PROPERTIES },
        },
      }),
    )
  }

  private parse(index: string, state: estypes.IndicesIndexState): PhysicalIndex {
    const found = meta.safeParse(state.mappings?._meta)
    if (!found.success) {
      throw new AnamnesisError(
        'MISSING_DATA',
        `The Elasticsearch index ${index} is not one of this product, or is damaged. Delete it, or choose another ELASTICSEARCH_PREFIX.`,
      )
    }
    const { encoderId, dim } = found.data
    if (encoderId !== this.encoder.encoderId || dim !== this.encoder.dim) {
      throw new AnamnesisError(
        'ENCODER_MISMATCH',
        `The Elasticsearch index ${index} was made by encoder ${encoderId} (${dim} dimensions), not by ${this.encoder.encoderId} (${this.encoder.dim}). Use another name, or delete it and index again.`,
      )
    }
    const field = state.mappings?.properties?.[VECTOR_FIELDS.caption] as estypes.MappingDenseVectorProperty | undefined
    const vectorIndex = VECTOR_INDEXES.find((type) => type === field?.index_options?.type) ?? 'flat'
    return { index, uuid: state.settings?.index?.uuid ?? '', meta: found.data, vectorIndex }
  }
}

/** A name as part of an index name: readable, and different for different names. */
function indexName(name: string): string {
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80)
  return `${readable}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
