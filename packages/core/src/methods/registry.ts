import { z } from 'zod'
import { AnamnesisError } from '../contracts/index.ts'
import { cClip } from './cClip.ts'
import { derPlusPlus } from './derPlusPlus.ts'
import { diki } from './diki.ts'
import { dualPrompt } from './dualPrompt.ts'
import { ewc } from './ewc.ts'
import { fineTune } from './fineTune.ts'
import { gift } from './gift.ts'
import { icarl } from './icarl.ts'
import { l2 } from './l2.ts'
import { l2p } from './l2p.ts'
import { lwf, lwfVr } from './lwf.ts'
import type {
  ExemplarOptions,
  Method,
  MethodDefinition,
  MethodSetting,
  ReferenceOptions,
  ReferencePolicy,
} from './method.ts'
import { moeAdapters } from './moeAdapters.ts'
import { msLoraCr } from './msLoraCr.ts'
import { parseParameters } from './parameters.ts'
import { primedDynamic, primedUniform } from './primed.ts'
import { railDual } from './railDual.ts'
import { railPrimal } from './railPrimal.ts'
import { retcop } from './retcop.ts'
import { snd } from './snd.ts'
import { weightEnsemble } from './weightEnsemble.ts'
import { wiseFt } from './wiseFt.ts'
import { zeroShot } from './zeroShot.ts'
import { zscl } from './zscl.ts'

/** A definition with its parameter type closed over, so that all methods fit one list. */
export interface RegisteredMethod
  extends Omit<MethodDefinition, 'params' | 'referenceOptions' | 'exemplarOptions' | 'create'> {
  /** JSON Schema of the parameters: what forms and documentation are made from. */
  readonly parametersSchema: Record<string, unknown>
  /** Fills defaults. @throws BAD_PARAMETERS naming the field */
  parse(parameters: unknown): Record<string, unknown>
  /** @throws BAD_PARAMETERS */
  referenceOptions(parameters: unknown): ReferenceOptions | null
  /** Null where the method stores no images. @throws BAD_PARAMETERS */
  exemplarOptions(parameters: unknown): ExemplarOptions | null
  /** @throws BAD_PARAMETERS */
  create(parameters: unknown, setting: MethodSetting): Method
}

function register<P extends z.ZodObject>(definition: MethodDefinition<P>): RegisteredMethod {
  const parse = (parameters: unknown) =>
    parseParameters(`method "${definition.id}"`, 'parameters', definition.params, parameters)
  return {
    ...definition,
    parametersSchema: z.toJSONSchema(definition.params, { io: 'input' }) as Record<string, unknown>,
    parse,
    referenceOptions: (parameters) => definition.referenceOptions(parse(parameters)),
    exemplarOptions: (parameters) => definition.exemplarOptions?.(parse(parameters)) ?? null,
    create: (parameters, setting) => definition.create(parse(parameters), setting),
  }
}

/** Every method, in the order lists show them. */
export const methods: readonly RegisteredMethod[] = [
  register(zeroShot),
  register(fineTune),
  register(l2),
  register(ewc),
  register(lwf),
  register(lwfVr),
  register(icarl),
  register(derPlusPlus),
  register(wiseFt),
  register(weightEnsemble),
  register(zscl),
  register(snd),
  register(gift),
  register(retcop),
  register(moeAdapters),
  register(diki),
  register(l2p),
  register(dualPrompt),
  register(railPrimal),
  register(railDual),
  register(cClip),
  register(msLoraCr),
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
