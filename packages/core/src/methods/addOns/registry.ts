import { z } from 'zod'
import { AnamnesisError } from '../../contracts/index.ts'
import type { MethodSetting } from '../method.ts'
import { parseParameters } from '../parameters.ts'
import type { AddOn, AddOnDefinition } from './addOn.ts'
import { decorrelation } from './decorrelation.ts'
import { entityGate } from './entityGate.ts'
import { hierarchyScore } from './hierarchyScore.ts'
import { loraRedistil } from './loraRedistil.ts'
import { mds } from './mds.ts'
import { pairwiseInfoNce } from './pairwiseInfoNce.ts'
import { queryFilter } from './queryFilter.ts'
import { raMoe } from './raMoe.ts'
import { relation } from './relation.ts'
import { stress } from './stress.ts'
import { tiesMerge } from './tiesMerge.ts'

/** A definition with its parameter type closed over. */
export interface RegisteredAddOn extends Omit<AddOnDefinition, 'params' | 'create'> {
  /** JSON Schema of the parameters. */
  readonly parametersSchema: Record<string, unknown>
  /** Fills defaults. @throws BAD_PARAMETERS naming the field */
  parse(parameters: unknown): Record<string, unknown>
  /** @throws BAD_PARAMETERS */
  create(parameters: unknown, setting: MethodSetting): AddOn
}

function register<P extends z.ZodObject>(definition: AddOnDefinition<P>): RegisteredAddOn {
  const parse = (parameters: unknown) =>
    parseParameters(`add-on "${definition.id}"`, `addOns.${definition.id}`, definition.params, parameters)
  return {
    ...definition,
    parametersSchema: z.toJSONSchema(definition.params, { io: 'input' }) as Record<string, unknown>,
    parse,
    create: (parameters, setting) => definition.create(parse(parameters), setting),
  }
}

/** Every add-on, in the order lists show them. */
export const addOns: readonly RegisteredAddOn[] = [
  register(tiesMerge),
  register(raMoe),
  register(mds),
  register(loraRedistil),
  register(decorrelation),
  register(hierarchyScore),
  register(stress),
  register(pairwiseInfoNce),
  register(entityGate),
  register(relation),
  register(queryFilter),
]

/** @throws UNKNOWN_METHOD naming the known ids */
export function addOnById(id: string): RegisteredAddOn {
  const found = addOns.find((addOn) => addOn.id === id)
  if (found) return found
  const known = addOns.map((addOn) => addOn.id).join(', ')
  throw new AnamnesisError('UNKNOWN_METHOD', `There is no add-on "${id}". Known: ${known}.`, { field: 'addOns' })
}

/** What lists and forms need of an add-on; plain data. */
export interface AddOnDescription
  extends Pick<RegisteredAddOn, 'id' | 'title' | 'paper' | 'summary' | 'version' | 'needs'> {
  /** JSON Schema */
  parameters: Record<string, unknown>
}

export function describeAddOns(): AddOnDescription[] {
  return addOns.map(({ id, title, paper, summary, version, needs, parametersSchema }) => ({
    id,
    title,
    paper,
    summary,
    version,
    needs,
    parameters: parametersSchema,
  }))
}
