'use client'

import { useEffect, useMemo, useState } from 'react'
import { useClient } from 'urql'
import { messageOf, useApi } from '../../graphql/client.tsx'
import type { MoreLikeThisQuery } from '../../graphql/generated/graphql.ts'
import { MoreLikeThis } from '../../graphql/retrieval.ts'
import { milliseconds } from '../../prepare/format.ts'
import { uploadProblem } from '../../prepare/literature.ts'
import { Button } from '../../ui/controls.tsx'
import { Empty, Failure, Loading, Panel } from '../../ui/surfaces.tsx'

type Found = MoreLikeThisQuery['moreLikeThis']

/** Figures that look like a figure of the corpus, or like an image from this computer. */
export function SimilarPanel({
  corpus,
  figureKey,
  upload,
  filter,
  onOpen,
  onClose,
}: {
  corpus: string
  figureKey: string | null
  /** Data URL of an image. */
  upload: string | null
  filter: Record<string, unknown>
  onOpen: (key: string) => void
  onClose: () => void
}) {
  const { base } = useApi()
  const client = useClient()
  const [state, setState] = useState<{ found: Found } | { problem: string } | null>(null)
  const input = useMemo(
    () => ({ corpus, ...filter, k: 24, ...(upload ? { imageBase64: upload } : { figureKey }) }),
    [corpus, filter, upload, figureKey],
  )
  useEffect(() => {
    let current = true
    setState(null)
    void client
      .query(MoreLikeThis, { input }, { requestPolicy: 'network-only' })
      .toPromise()
      .then(({ data, error }) => {
        if (!current) return
        setState(
          data ? { found: data.moreLikeThis } : { problem: error ? messageOf(error, base) : 'Nothing came back.' },
        )
      })
    return () => {
      current = false
    }
  }, [client, base, input])
  return (
    <Panel
      title={upload ? 'Like the uploaded image' : `Like figure ${figureKey}`}
      note={
        state && 'found' in state
          ? `cosine of the images, ${state.found.exact ? 'exact' : 'approximate'}, ${milliseconds(state.found.milliseconds)}`
          : undefined
      }
      actions={
        <Button look="ghost" icon="close" onClick={onClose}>
          Close
        </Button>
      }
      flush
    >
      {state === null ? <Loading rows={2} label="Searching" /> : null}
      {state && 'problem' in state ? <Failure message={state.problem} /> : null}
      {state && 'found' in state && state.found.hits.length === 0 ? (
        <Empty title="No figure passes the filter" />
      ) : null}
      {state && 'found' in state ? (
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(7rem,1fr))] gap-3 p-4">
          {upload ? (
            <li className="min-w-0">
              {/* biome-ignore lint/performance/noImgElement: the image of the reader's own computer */}
              <img
                src={upload}
                alt="As uploaded"
                className="aspect-square w-full rounded-md border border-accent object-contain"
              />
              <p className="mt-0.5 text-2xs text-ink-3">uploaded</p>
            </li>
          ) : null}
          {state.found.hits.map(({ figure, similarity }) => (
            <li key={figure.id} className="min-w-0">
              <button type="button" onClick={() => onOpen(figure.key)} className="block w-full text-left">
                {/* biome-ignore lint/performance/noImgElement: figures come from the API's own host, already small */}
                <img
                  src={`${base}${figure.imageUrl}`}
                  alt={figure.caption.slice(0, 120)}
                  loading="lazy"
                  className="aspect-square w-full rounded-md border border-line bg-sunken object-cover hover:border-ink-3"
                />
                <span className="num mt-0.5 flex justify-between gap-2 text-2xs text-ink-3">
                  <span className="truncate">{figure.modality || figure.key}</span>
                  <span className="text-ink-2">{similarity.toFixed(3)}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  )
}

/** Chooses an image of this computer. */
export function UploadButton({ onImage }: { onImage: (dataUrl: string) => void }) {
  const [problem, setProblem] = useState<string | null>(null)
  const take = (file: File | undefined) => {
    if (!file) return
    const wrong = uploadProblem(file)
    setProblem(wrong)
    if (wrong !== null) return
    const reader = new FileReader()
    reader.onload = () => onImage(String(reader.result))
    reader.onerror = () => setProblem('The file could not be read.')
    reader.readAsDataURL(file)
  }
  return (
    <span className="grid gap-1">
      <label className="inline-flex h-10 cursor-pointer items-center justify-center rounded-md border border-line-strong bg-raised px-3 whitespace-nowrap focus-within:outline-2 focus-within:outline-accent hover:border-ink-3">
        Search by image
        <input
          type="file"
          accept="image/jpeg,image/png"
          className="sr-only"
          onChange={(event) => {
            take(event.target.files?.[0])
            event.target.value = ''
          }}
        />
      </label>
      {problem ? (
        <span role="alert" className="text-2xs text-bad">
          {problem}
        </span>
      ) : null}
    </span>
  )
}
