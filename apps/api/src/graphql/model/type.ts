import { PARITY_TOLERANCE } from '@anamnesis/core/model'
import { Field, Float, Int, ObjectType } from 'type-graphql'
import type { ModelImportRow } from '../../db/client.ts'
import type { ModelSource as Source } from '../../services/modelSources.ts'
import { MODEL_ORIGINS, type ModelOrigin, type StoredModel } from '../../services/models.ts'
import { connectionType } from '../connection.ts'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'
import { DateTimeScalar, JSONScalar } from '../scalars.ts'

@ObjectType({ description: 'The part of a model that turns images into vectors.' })
class ImageTower {
  @Field(() => String, { description: 'Kind of architecture.' })
  kind!: string

  @Field(() => Int, { description: 'Dimension of a token.' })
  width!: number

  @Field(() => Int, { description: 'Number of transformer blocks.' })
  depth!: number

  @Field(() => Int, { description: 'Attention heads of a block.' })
  heads!: number

  @Field(() => String, { description: 'gelu, or quickGelu as the first CLIP models have it.' })
  activation!: string

  @Field(() => Int, { description: 'Side of the square input image in pixels.' })
  size!: number

  @Field(() => Int, { description: 'Side of a patch in pixels.' })
  patch!: number
}

@ObjectType({ description: 'The part of a model that turns texts into vectors.' })
class TextTower {
  @Field(() => String, { description: 'Kind of architecture.' })
  kind!: string

  @Field(() => Int, { description: 'Dimension of a token.' })
  width!: number

  @Field(() => Int, { description: 'Number of transformer blocks.' })
  depth!: number

  @Field(() => Int, { description: 'Attention heads of a block.' })
  heads!: number

  @Field(() => String, { description: 'gelu, or quickGelu as the first CLIP models have it.' })
  activation!: string

  @Field(() => Int, { description: 'Longest text in tokens; longer ones are cut.' })
  context!: number

  @Field(() => Int, { description: 'Number of tokens that the tower knows.' })
  vocabulary!: number
}

@ObjectType({ description: 'What is done to an image before the image tower sees it.' })
class Preprocessing {
  @Field(() => Int, { description: 'Side of the square image in pixels.' })
  size!: number

  @Field(() => [Float], { description: 'Subtracted from red, green and blue in [0, 1].' })
  mean!: number[]

  @Field(() => [Float], { description: 'Divides red, green and blue after that.' })
  std!: number[]

  @Field(() => JSONScalar, { description: 'Everything that the model says about its preprocessing.' })
  details!: Record<string, unknown>
}

@ObjectType({ description: 'A comparison with the reference implementation on the same fixed probe.' })
class Parity {
  @Field(() => String, { description: 'The implementation that was compared with.' })
  reference!: string

  @Field(() => String, { description: 'Its version.' })
  version!: string

  @Field(() => Float, { description: 'Largest absolute difference of an image embedding coordinate.' })
  maxDifferenceImages!: number

  @Field(() => Float, { description: 'Largest absolute difference of a text embedding coordinate.' })
  maxDifferenceTexts!: number

  @Field(() => Boolean, { description: `Whether both are at most ${PARITY_TOLERANCE}.` })
  same!: boolean

  @Field(() => DateTimeScalar, { description: 'When they were compared.' })
  at!: Date
}

@ObjectType({ implements: Node, description: 'A base model of this installation: what a run can start from.' })
export class Model extends Node {
  @Field(() => String, { description: 'Its id in run settings: `settings: { model: key }`.' })
  key!: string

  @Field(() => String, { description: 'Names the weights; a vector index belongs to exactly one.' })
  encoderId!: string

  @Field(() => String, { description: 'SHA-256 of the weights file.' })
  digest!: string

  @Field(() => ImageTower, { description: 'The image side.' })
  image!: ImageTower

  @Field(() => TextTower, { description: 'The text side.' })
  text!: TextTower

  @Field(() => Int, { description: 'Dimension of the shared embedding space.' })
  embedding!: number

  @Field(() => Float, { description: 'Numbers in all weight tensors.' })
  parameterCount!: number

  @Field(() => JSONScalar, { description: 'The whole architecture as stored.' })
  config!: unknown

  @Field(() => Preprocessing, { description: 'How images are prepared for it.' })
  preprocessing!: Preprocessing

  @Field(() => String, { description: 'Kind of tokenizer.' })
  tokenizerKind!: string

  @Field(() => String, { description: `How it came here: ${MODEL_ORIGINS.join(', ')}.` })
  origin!: ModelOrigin

  @Field(() => String, { nullable: true, description: 'What it was imported from, where that is known.' })
  source!: string | null

  @Field(() => Float, { description: 'Size of the weights file.' })
  bytes!: number

  @Field(() => Parity, { nullable: true, description: 'Null: these weights were not verified against a reference.' })
  parity!: Parity | null

  @Field(() => DateTimeScalar, { description: 'When its weights were put here.' })
  addedAt!: Date
}

export function toModel(model: StoredModel): Model {
  const { config, key, parameters, parity, ...rest } = model
  const { image, text, embedding } = config
  return Object.assign(new Model(), {
    ...rest,
    id: toGlobalId('Model', key),
    key,
    image,
    text,
    embedding,
    parity: parity && toParity(parity),
    parameterCount: parameters,
    config,
    preprocessing: { size: image.size, mean: [...config.mean], std: [...config.std], details: preprocessingOf(config) },
  })
}

function toParity({ at, ...stamp }: NonNullable<StoredModel['parity']>): Parity {
  const same = Math.max(stamp.maxDifferenceImages, stamp.maxDifferenceTexts) <= PARITY_TOLERANCE
  return { ...stamp, same, at: new Date(at) }
}

/** All of a config that is neither a tower nor a size. */
function preprocessingOf(config: StoredModel['config']): Record<string, unknown> {
  const { id: _id, image, text: _text, embedding: _embedding, logitScale: _scale, ...rest } = config
  return { size: image.size, ...rest }
}

@ObjectType({ description: 'A checkpoint in the inbox of this installation.' })
export class ModelSource {
  @Field(() => String, { description: 'What `importModel` is told: inbox:<path>.' })
  source!: string

  @Field(() => String, { description: 'Path below the inbox.' })
  path!: string

  @Field(() => Boolean, { description: 'Whether it is a folder with weights and their description.' })
  folder!: boolean

  @Field(() => Float, { description: 'Size of its weights.' })
  bytes!: number

  @Field(() => DateTimeScalar, { description: 'When its weights were written.' })
  changedAt!: Date

  @Field(() => String, { description: 'An id that suits it.' })
  suggestedKey!: string
}

export const toModelSource = (source: Source): ModelSource => source

@ObjectType({ implements: Node, description: 'A checkpoint that is being, or was, imported as a base model.' })
export class ModelImport extends Node {
  @Field(() => String, { description: 'Id of the model that it makes.' })
  key!: string

  @Field(() => String, { description: 'What is imported.' })
  source!: string

  @Field(() => String, {
    nullable: true,
    description: 'Activation that was asked for; null takes what the checkpoint says.',
  })
  activation!: string | null

  @Field(() => String, { description: 'WAITING, RUNNING, SUCCEEDED or FAILED.' })
  state!: string

  @Field(() => String, { nullable: true, description: 'What is being done now.' })
  stage!: string | null

  @Field(() => Float, { nullable: true, description: 'How much of it is done.' })
  done!: number | null

  @Field(() => Float, { nullable: true, description: 'Of how much, where that is known.' })
  total!: number | null

  @Field(() => String, { nullable: true, description: 'Code of the error that ended it.' })
  errorCode!: string | null

  @Field(() => String, { nullable: true, description: 'What is wrong and the way out.' })
  message!: string | null

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  createdAt!: Date

  @Field(() => DateTimeScalar, { nullable: true, description: 'When its turn came.' })
  startedAt!: Date | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was over.' })
  finishedAt!: Date | null
}

export function toModelImport(row: ModelImportRow): ModelImport {
  const { idempotencyKey: _key, inputHash: _hash, updatedAt: _at, encoderId: _encoder, ...rest } = row
  return Object.assign(new ModelImport(), rest, { id: toGlobalId('ModelImport', row.id) })
}

export const ModelConnection = connectionType('Model', Model)
export const ModelSourceConnection = connectionType('ModelSource', ModelSource)
export const ModelImportConnection = connectionType('ModelImport', ModelImport)
