import { randomInt } from 'node:crypto'

const FIRST =
  'amber bold brisk calm clear crisp deft eager early fair fleet fond glad keen kind light lively lucid mellow merry mild neat nimble noble plain prime quick quiet rapid ready sharp silver smart steady still sunny swift tidy vivid warm'.split(
    ' ',
  )
const SECOND =
  'otter heron finch lynx badger plover marten curlew beaver falcon gannet hare ibis jackal kestrel lark magpie newt osprey puffin quail raven seal tern viper wren yak bison crane dove eagle fox gecko hawk jay koala lemur moose owl panda'.split(
    ' ',
  )

/** A short name that people can say: "brisk-otter-12". */
export function readableKey(): string {
  return `${FIRST[randomInt(FIRST.length)]}-${SECOND[randomInt(SECOND.length)]}-${randomInt(1, 1000)}`
}
