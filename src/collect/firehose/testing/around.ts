// Stand-ins for what Firehose has around it: functions that are closures, a query that is one, a conversion that knows
// numbers and texts, a meter that remembers every sample.
import { hash } from 'node:crypto'
import type { SimulatedWorld } from '../../../../test/testing/simulated-world.ts'
import { Fault } from '../../../gateway/fault.ts'
import type { Meter, MetricName, Series } from '../../../world/meter.ts'
import type { Column, Converter, ConvertRequest, ConvertResult, Functions, Invocation, Jq, Tables } from '../world.ts'

export interface TransformEvent {
  readonly invocationId: string
  readonly deliveryStreamArn: string
  readonly sourceKinesisStreamArn?: string
  readonly region: string
  readonly records: readonly {
    readonly recordId: string
    readonly data: string
    readonly approximateArrivalTimestamp: number
    readonly kinesisRecordMetadata?: Readonly<Record<string, unknown>>
  }[]
}

export type Handler = (event: TransformEvent) => unknown

export class TestFunctions implements Functions {
  readonly events: TransformEvent[] = []
  handler: Handler | undefined

  async invoke(arn: string, event: Uint8Array, { signal }: { readonly signal: AbortSignal }): Promise<Invocation> {
    if (this.handler === undefined) throw new Fault('ResourceNotFoundException', 404, `Function not found: ${arn}`)
    const parsed = JSON.parse(Buffer.from(event).toString()) as TransformEvent
    this.events.push(parsed)
    const ended = { durationMilliseconds: 5, payload: Buffer.from('null') }
    try {
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
      const answer = await Promise.race([this.handler(parsed), aborted])
      return { ...ended, payload: Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)) }
    } catch (cause) {
      signal.throwIfAborted()
      if (cause instanceof Fault) throw cause
      return { ...ended, error: 'Unhandled', message: cause instanceof Error ? cause.message : String(cause) }
    }
  }
}

/** Answers every record with what `each` makes of its text; undefined drops it, null fails it. */
export const eachText =
  (each: (text: string) => string | null | undefined): Handler =>
  ({ records }) => ({
    records: records.map(({ recordId, data }) => {
      const text = each(Buffer.from(data, 'base64').toString())
      if (text === undefined) return { recordId, result: 'Dropped', data: '' }
      if (text === null) return { recordId, result: 'ProcessingFailed', data }
      return { recordId, result: 'Ok', data: Buffer.from(text).toString('base64') }
    }),
  })

/** Not jq: takes every key of the query that is written `{name: .path}` from the document's member of that path. */
export const testJq: Jq = {
  check: async () => undefined,
  async extract(query, documents) {
    const wanted = [...query.matchAll(/(\w+)\s*:\s*\.(\w+)/g)]
    return documents.map(document => {
      try {
        const parsed = JSON.parse(Buffer.from(document).toString()) as Record<string, unknown>
        return { keys: Object.fromEntries(wanted.map(([, key = '', path = '']) => [key, String(parsed[path] ?? '')])) }
      } catch {
        return { error: 'Non JSON record provided' }
      }
    })
  },
}

/** Writes what fits as JSON lines, so that a test can read it. */
export class TestConverter implements Converter {
  readonly #world: SimulatedWorld

  constructor(world: SimulatedWorld) {
    this.#world = world
  }

  async convert({ lines, columns, scratchDirectory }: ConvertRequest): Promise<ConvertResult> {
    const failed: { line: number; code: string; message: string }[] = []
    const rows: string[] = []
    const text = (await this.#read(lines)).toString()
    for (const [line, document] of text.split('\n').slice(0, -1).entries()) {
      const problem = problemOf(document, columns)
      if (problem === undefined) rows.push(document)
      else failed.push({ line, ...problem })
    }
    if (rows.length === 0) return { file: undefined, rows: 0, failed }
    const file = `${scratchDirectory}/converted-${this.#world.random.hex(4)}`
    const written = await this.#world.disk.open(file, 'create')
    await written.write(Buffer.from(rows.map(row => `${row}\n`).join('')), 0)
    await written.close()
    return { file, rows: rows.length, failed }
  }

  async #read(path: string): Promise<Buffer> {
    const file = await this.#world.disk.open(path, 'read')
    const bytes = Buffer.alloc(await file.size())
    await file.read(bytes, 0)
    await file.close()
    return bytes
  }
}

function problemOf(document: string, columns: readonly Column[]) {
  try {
    const row = JSON.parse(document) as Record<string, unknown>
    const bad = columns.find(
      ({ name, type }) => type === 'int' && row[name] !== undefined && typeof row[name] !== 'number',
    )
    return bad && { code: 'DataFormatConversion.MalformedData', message: `Data does not match the schema: ${bad.name}` }
  } catch {
    return { code: 'DataFormatConversion.ParseError', message: 'Encountered malformed JSON.' }
  }
}

export class TestTables implements Tables {
  columns: readonly Column[] | undefined

  tableVersions(_scope: unknown, database: string, name: string) {
    if (this.columns === undefined)
      throw new Fault('EntityNotFoundException', 400, `Table ${database}.${name} not found.`)
    return [{ version: 3, columns: this.columns }]
  }
}

export class TestMeter implements Meter {
  readonly #samples = new Map<string, number[]>()

  series({ name }: MetricName): Series {
    const samples = this.#samples.get(name) ?? []
    this.#samples.set(name, samples)
    return { add: value => void samples.push(value), end: () => void this.#samples.delete(name) }
  }

  samples(name: string): readonly number[] {
    return this.#samples.get(name) ?? []
  }

  sum(name: string): number {
    return this.samples(name).reduce((sum, value) => sum + value, 0)
  }
}

/** As the Kinesis Producer Library packs records, with one partition key for all of them. */
export function aggregated(texts: readonly string[]): Uint8Array {
  const bytes = (number: number, content: Uint8Array) => {
    const length: number[] = []
    for (let left = content.length; ; left >>>= 7) {
      length.push(left > 127 ? (left & 127) | 128 : left)
      if (left <= 127) break
    }
    return Buffer.concat([Buffer.of((number << 3) | 2, ...length), content])
  }
  const records = texts.map(text => bytes(3, Buffer.concat([Buffer.of(8, 0), bytes(3, Buffer.from(text))])))
  const message = Buffer.concat([bytes(1, Buffer.from('key')), ...records])
  return Buffer.concat([Buffer.of(0xf3, 0x89, 0x9a, 0xc2), message, hash('md5', message, 'buffer')])
}
