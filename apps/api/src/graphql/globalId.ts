import { AnamnesisError } from '@anamnesis/core/contracts'

const NODE_TYPES = [
  'Run',
  'Task',
  'Suite',
  'Corpus',
  'Figure',
  'Model',
  'ModelImport',
  'LiteratureRecall',
  'LeakSearch',
] as const
export type NodeType = (typeof NODE_TYPES)[number]

/** Rows of the database. */
const STORED: readonly NodeType[] = ['Run', 'ModelImport', 'LiteratureRecall', 'LeakSearch']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The opaque id of an object: clients pass it back and never look inside. */
export function toGlobalId(type: NodeType, key: string): string {
  return Buffer.from(`${type}:${key}`).toString('base64url')
}

/** @returns null when the text is no id of ours */
export function fromGlobalId(id: string): { type: NodeType; key: string } | null {
  const [type, ...rest] = Buffer.from(id, 'base64url').toString('utf8').split(':')
  const key = rest.join(':')
  if (!NODE_TYPES.includes(type as NodeType) || key === '') return null
  if (STORED.includes(type as NodeType) && !UUID.test(key)) return null
  return { type: type as NodeType, key }
}

/** The stored id of a run. @throws NOT_FOUND */
export function runIdOf(id: string): string {
  const parsed = fromGlobalId(id)
  if (parsed?.type === 'Run') return parsed.key
  throw new AnamnesisError('NOT_FOUND', `"${id.slice(0, 100)}" is no id of a run.`, { field: 'runId' })
}
