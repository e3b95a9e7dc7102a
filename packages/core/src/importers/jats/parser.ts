import { TextDecoder } from 'node:util'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { AnamnesisError } from '../../contracts/index.ts'
import type { Article } from './article.ts'
import { ArticleBuilder } from './builder.ts'
import { characterNames } from './entities.ts'

/** One article may have this many characters, and elements this deep inside each other. */
const MAX_CHARACTERS = 64 * 1024 * 1024
const MAX_DEPTH = 400

/**
 * Reads JATS XML piece by piece and gives back each article when its end tag came; a file may hold one article or a set
 * of them. Nothing is fetched and no DTD is read: a DOCTYPE is passed over, one that declares entities is refused.
 */
export class JatsParser {
  private readonly parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false })
  private decoder: TextDecoder | null = null
  private done: Article[] = []
  private builder: ArticleBuilder | null = null
  private depth = 0
  private start = 0
  private articles = 0

  /** @param place is named in messages: a file, or a member of an archive */
  constructor(private readonly place: string) {
    Object.assign(this.parser.ENTITIES, characterNames)
    this.parser.on('doctype', (text) => {
      if (/<!\s*ENTITY/i.test(text)) throw this.wrong('its DOCTYPE declares entities, which are not accepted')
    })
    this.parser.on('error', (error) => {
      // An unknown named character stays as it is written; the article is readable all the same.
      if (!error.message.endsWith('undefined entity.'))
        throw this.wrong(`it is not well-formed at character ${this.parser.position}: ${error.message}`)
    })
    this.parser.on('opentag', (tag) => this.open(tag))
    this.parser.on('closetag', (tag) => this.close(tag))
    this.parser.on('text', (text) => this.builder?.text(text))
    this.parser.on('cdata', (text) => this.builder?.text(text))
  }

  /** @returns the articles that ended in this piece @throws BAD_INPUT naming the place and the reason */
  write(bytes: Uint8Array): Article[] {
    this.decoder ??= decoderFor(bytes, this.place)
    this.parse(this.decode(bytes, true))
    return this.taken()
  }

  /** @throws BAD_INPUT when the file ended early or holds no article */
  end(): Article[] {
    if (this.decoder) this.parse(this.decode(new Uint8Array(), false))
    this.parser.close()
    if (this.articles === 0) throw this.wrong('it holds no <article>')
    return this.taken()
  }

  private parse(text: string): void {
    this.parser.write(text)
    if (this.parser.position - this.start > MAX_CHARACTERS) {
      throw this.wrong(`one article has more than ${MAX_CHARACTERS} characters`)
    }
  }

  private decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.decoder!.decode(bytes, { stream })
    } catch (error) {
      throw this.wrong(`its bytes are not ${this.decoder!.encoding}, the encoding that it states or implies`, error)
    }
  }

  private open(tag: SaxesTagPlain): void {
    if (++this.depth > MAX_DEPTH) throw this.wrong(`its elements are nested deeper than ${MAX_DEPTH}`)
    if (this.builder) this.builder.open(tag.name, tag.attributes)
    else if (tag.name === 'article') {
      this.builder = new ArticleBuilder(tag.attributes)
      this.start = this.parser.position
    }
  }

  private close(tag: SaxesTagPlain): void {
    this.depth--
    if (!this.builder) return
    const article = this.builder.close(tag.name)
    if (!article) return
    this.done.push(article)
    this.articles++
    this.builder = null
    this.start = this.parser.position
  }

  private taken(): Article[] {
    const { done } = this
    this.done = []
    return done
  }

  private wrong(why: string, cause?: unknown): AnamnesisError {
    return new AnamnesisError('BAD_INPUT', `"${this.place}" was left out: ${why}.`, { cause })
  }
}

/** All articles of one file that is in memory. @throws BAD_INPUT naming the place and the reason */
export function parseJats(bytes: Uint8Array, place: string): Article[] {
  const parser = new JatsParser(place)
  return [...parser.write(bytes), ...parser.end()]
}

/** The encoding of the byte order mark, else of the XML declaration, else UTF-8. */
function decoderFor(bytes: Uint8Array, place: string): TextDecoder {
  const stated = /^<\?xml[^>]*encoding\s*=\s*["']([^"']+)["']/.exec(
    Buffer.from(bytes.subarray(0, 200)).toString('latin1'),
  )
  const mark =
    bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : null
  try {
    return new TextDecoder(mark ?? stated?.[1] ?? 'utf-8', { fatal: true })
  } catch (error) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `"${place}" was left out: it states the encoding "${stated?.[1]}", which is not known.`,
      {
        cause: error,
      },
    )
  }
}
