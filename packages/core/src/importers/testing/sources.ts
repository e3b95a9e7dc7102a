import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { type Header, pack } from 'tar-stream'
import type { Sample, Task } from '../../contracts/index.ts'

/** A folder that goes away with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'anamnesis-data-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A small JPEG; different numbers give different pictures. */
export async function picture(number: number, format: 'jpeg' | 'png' = 'jpeg'): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 7 + number * 31) % 256)
  return sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
    [format]()
    .toBuffer()
}

export function twoClasses(id = 'two'): Task {
  return {
    id,
    name: 'Two classes',
    domain: 'testing',
    modality: 'X-ray',
    anatomy: 'chest',
    classes: [
      { id: 'normal', name: 'Normal', promptName: 'a normal chest' },
      { id: 'sick', name: 'Sick', promptName: 'a sick chest' },
    ],
    licence: 'CC0 1.0',
    citation: '',
    notes: '',
    synthetic: true,
  }
}

/** `perClass` train images of each class, one val and one test image of each. */
export async function* samples(perClass = 2): AsyncGenerator<Sample> {
  let number = 0
  for (const split of ['train', 'val', 'test'] as const) {
    for (const label of [0, 1]) {
      for (let i = 0; i < (split === 'train' ? perClass : 1); i++) {
        yield { id: `${split}/${label}/${i}`, split, label, image: await picture(number++) }
      }
    }
  }
}

/** Writes files given by their path below `folder`. */
export async function writeFiles(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

export type Member = [name: string, content: Uint8Array | string, header?: Partial<Header>]

export async function tar(members: readonly Member[]): Promise<Uint8Array> {
  const archive = pack()
  for (const [name, content, header] of members) archive.entry({ name, ...header }, Buffer.from(content))
  archive.finalize()
  return buffer(archive)
}

/** Files of a small task pack, sound in every way. */
export async function taskPack(): Promise<{ json: object; rows: string[]; members: Member[] }> {
  const rows: string[] = []
  const members: Member[] = []
  for await (const { split, label, id, image } of samples()) {
    const classId = label === 0 ? 'normal' : 'sick'
    const file = `${split}/${classId}/${id.split('/')[2]}.jpg`
    rows.push(`${file},${classId},${split},source,`)
    members.push([file, image])
  }
  const { classes, ...task } = twoClasses('packed')
  const json = { ...task, classes: classes.map(({ id, name, promptName }) => ({ id, name, prompt_name: promptName })) }
  return { json, rows, members }
}

export async function writeTaskPack(folder: string, pack: Awaited<ReturnType<typeof taskPack>>): Promise<void> {
  await writeFiles(folder, {
    'task.json': JSON.stringify(pack.json),
    'labels.csv': `file,label,split,source_id,patient_id\n${pack.rows.join('\n')}\n`,
    'images.tar': await tar(pack.members),
  })
}

/** Runs an async source to its end. */
export async function drain<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}
