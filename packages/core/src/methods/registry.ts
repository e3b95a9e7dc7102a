import { z } from 'zod'
import { AnamnesisError } from '../contracts/index.ts'
import { fineTune } from './fineTune.ts'
import { l2 } from './l2.ts'
import type { Method, MethodDefinition, MethodSetting, ReferenceOptions, ReferencePolicy } from './method.ts'
import { primedDynamic, primedUniform } from './primed.ts'
import { zeroShot } from './zeroShot.ts'

/** A definition with its parameter type closed over, so that all methods fit one list. */
export interface RegisteredMethod extends Omit<MethodDefinition, 'params' | 'referenceOptions' | 'create'> {
  /** JSON Schema of the parameters: what forms and documentation are made from. */
  readonly parametersSchema: Record<string, unknown>
  /** Fills defaults. @throws BAD_PARAMETERS naming the field */
  parse(parameters: unknown): Record<string, unknown>
  /** @throws BAD_PARAMETERS */
  referenceOptions(parameters: unknown): ReferenceOptions | null
  /** @throws BAD_PARAMETERS */
  create(parameters: unknown, setting: MethodSetting): Method
}

function register<P extends z.ZodObject>(definition: MethodDefinition<P>): RegisteredMethod {
  const parse = (parameters: unknown) => parseParameters(definition, parameters)
  return {
    ...definition,
    parametersSchema: z.toJSONSchema(definition.params, { io: 'input' }) as Record<string, unknown>,
    parse,
    referenceOptions: (parameters) => definition.referenceOptions(parse(parameters)),
    create: (parameters, setting) => definition.create(parse(parameters), setting),
  }
}

function parseParameters<P extends z.ZodObject>(definition: MethodDefinition<P>, parameters: unknown): z.output<P> {
  const parsed = definition.params.safeParse(parameters)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const field = ['parameters', ...issue.path, ...unknown].join('.')
  const known = Object.keys(definition.params.shape)
  const what =
    unknown.length > 0
      ? `does not exist; ${known.length === 0 ? 'this method has no parameters' : `known are ${known.join(', ')}`}`
      : `is wrong: ${issue.message}`
  throw new AnamnesisError('BAD_PARAMETERS', `Parameter "${field}" of method "${definition.id}" ${what}.`, { field })
}

/** Every method, in the order lists show them. */
export const methods: readonly RegisteredMethod[] = [
  register(zeroShot),
  register(fineTune),
  register(l2),
  register(primedUniform),
  register(primedDynamic),
]

/** @throws UNKNOWN_METHOD naming the known ids */
export function methodById(id: string): RegisteredMethod {
  const found = methods.find((method) => method.id === id)
  if (found) return found
  const known = methods.map((method) => method.id).join(', ')
  throw new AnamnesisError('UNKNOWN_METHOD', `There is no method "${id}". Known: ${known}.`, { field: 'method' })
}

/** What lists and forms need of a method; plain data. */
export interface MethodDescription {
  id: string
  title: string
  paper: string
  summary: string
  version: number
  trains: boolean
  reference: ReferencePolicy
  /** JSON Schema */
  parameters: Record<string, unknown>
}

export function describeMethods(): MethodDescription[] {
  return methods.map(({ id, title, paper, summary, version, trains, reference, parametersSchema }) => ({
    id,
    title,
    paper,
    summary,
    version,
    trains,
    reference,
    parameters: parametersSchema,
  }))
}
