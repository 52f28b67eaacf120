/**
 * The way of the data through a lake, as the three writers draw it: places where data lies and parts that move it, with what
 * goes from one to the next. Names are printable: what a terminal or a document could take for its own is written out.
 */
import { type AnyPart, databaseOf, type LakeDefinition } from '../lake.ts'
import type { Location } from '../parts/bucket.ts'
import { urlOf } from '../parts/bucket.ts'
import type { Job } from '../parts/job.ts'
import type { Table } from '../parts/table.ts'
import { factsOf, type RoleOf, roleOf } from './facts.ts'

/** A folder is a place in a bucket; the others are parts. */
export type NodeKind = Exclude<AnyPart['kind'], 'files'> | 'folder'

export interface Node {
  /** Unique in its graph, made of letters and digits. */
  readonly id: string
  readonly kind: NodeKind
  readonly name: string
  /** `1 shard`, `every 5 minutes`. */
  readonly facts: readonly string[]
}

export interface Edge {
  readonly from: Node
  readonly to: Node
  /** What goes this way: `records`, `rows`. */
  readonly word: string
}

export interface Way {
  readonly lake: string
  readonly region: string
  readonly nodes: readonly Node[]
  readonly edges: readonly Edge[]
}

export interface WayOptions {
  /** Shows as which role each part acts. */
  readonly roles?: boolean
}

export function wayOf(definition: LakeDefinition, { roles = false }: WayOptions = {}): Way {
  const drawing = new Drawing(definition, roles ? roleOf(definition) : undefined)
  for (const part of definition.parts) drawing.draw(part)
  drawing.finish()
  const { nodes, edges } = drawing
  return { lake: definition.name, region: definition.region, nodes, edges }
}

class Drawing {
  readonly nodes: Node[] = []
  readonly edges: Edge[] = []
  readonly #definition: LakeDefinition
  readonly #roleOf: RoleOf | undefined
  readonly #tables = new Map<string, Node>()
  readonly #places = new Map<Node, string>()
  readonly #folders = new Map<string, Node>()
  readonly #read = new Set<Node>()

  constructor(definition: LakeDefinition, role: RoleOf | undefined) {
    this.#definition = definition
    this.#roleOf = role
  }

  draw(part: AnyPart): void {
    switch (part.kind) {
      case 'stream':
        this.#add(part)
        return
      case 'files':
        this.#folder(part.at, factsOf(part))
        return
      case 'table':
        this.#table(part)
        return
      case 'delivery': {
        const delivery = this.#add(part)
        if (part.from !== undefined) this.#link(this.#named('stream', part.from.name), delivery, 'records')
        if (part.into !== undefined) this.#link(delivery, this.#table(part.into), 'Parquet')
        else this.#link(delivery, this.#folder(part.to), 'objects')
        return
      }
      case 'job':
        this.#job(part)
        return
      case 'crawler': {
        const table = [...this.#tables.values()].find(node => this.#places.get(node) === urlOf(part.at))
        this.#link(table ?? this.#folder(part.at), this.#add(part), 'looks in')
        return
      }
      case 'bucket':
      case 'role':
      case 'workgroup': // when all else is drawn
        return
    }
  }

  /** What can be said only when every place is known. */
  finish(): void {
    const ends = [...this.#tables.values()].filter(table => !this.#read.has(table))
    for (const part of this.#definition.parts) {
      if (part.kind === 'workgroup') {
        const workgroup = this.#add(part)
        for (const table of ends) this.#link(table, workgroup, 'queries')
        this.#link(workgroup, this.#folder(part.results), 'results')
      }
      if (part.kind === 'role' && this.#roleOf !== undefined) this.#add(part)
    }
    for (const part of this.#definition.parts) if (part.kind === 'bucket') this.#emptyBucket(part)
    for (const [inner, place] of this.#places) this.#nest(inner, place)
  }

  #job(part: Job): void {
    const from = part.from.kind === 'table' ? this.#table(part.from) : this.#folder(placeOf(part.from))
    const into = this.#table(part.into)
    const job = this.#add(part)
    this.#link(from, job, part.takes)
    for (const table of part.reads) this.#link(this.#table(table), job, 'reads')
    for (const read of [from, ...part.reads.map(table => this.#table(table))]) if (read !== into) this.#read.add(read)
    this.#link(job, into, part.write === 'replace' ? 'all rows' : 'rows')
    if (part.deadLetters !== undefined) this.#link(job, this.#folder(part.deadLetters), 'broken')
  }

  #table(part: Table): Node {
    const key = `${part.database ?? databaseOf(this.#definition)}.${part.name}`
    const found = this.#tables.get(key)
    if (found !== undefined) return found
    const node = this.#add(part)
    this.#tables.set(key, node)
    this.#places.set(node, urlOf(part.at))
    return node
  }

  #folder(at: Location, facts: readonly string[] = []): Node {
    const place = urlOf(at)
    const found = this.#folders.get(place)
    if (found !== undefined) return found
    const node = this.#node('folder', place, facts)
    this.#folders.set(place, node)
    this.#places.set(node, place)
    return node
  }

  /** A bucket that holds none of the places has a box of its own. */
  #emptyBucket(part: Extract<AnyPart, { kind: 'bucket' }>): void {
    const isUsed = [...this.#places.values()].some(place => place.startsWith(`s3://${part.name}/`))
    if (!isUsed) this.#add(part)
  }

  /** A folder that a table or a folder around it covers is read with it. */
  #nest(inner: Node, place: string): void {
    const around = [...this.#places]
      .filter(([outer, at]) => outer !== inner && place.startsWith(at) && !(at === place && outer.kind === 'folder'))
      .filter(([, at]) => at !== place || inner.kind === 'folder')
      .sort(([, one], [, other]) => other.length - one.length)[0]
    if (around !== undefined) this.#link(inner, around[0], around[1] === place ? 'read as' : 'part of')
  }

  #add(part: Exclude<AnyPart, { kind: 'files' }>): Node {
    const role = this.#roleOf?.(part)
    return this.#node(part.kind, part.name, [...factsOf(part), ...(role === undefined ? [] : [`as ${role}`])])
  }

  #named(kind: NodeKind, name: string): Node {
    const found = this.nodes.find(node => node.kind === kind && node.name === printable(name))
    if (found === undefined) throw new Error(`the ${kind} ${name} comes after a part that stands on it`)
    return found
  }

  #node(kind: NodeKind, name: string, facts: readonly string[]): Node {
    const node = { id: `n${this.nodes.length + 1}`, kind, name: printable(name), facts: facts.map(printable) }
    this.nodes.push(node)
    return node
  }

  #link(from: Node, to: Node, word: string): void {
    const isDrawn = this.edges.some(edge => edge.from === from && edge.to === to && edge.word === word)
    if (!isDrawn) this.edges.push({ from, to, word })
  }
}

const placeOf = (source: Exclude<Job['from'], Table>): Location => (source.kind === 'delivery' ? source.to : source.at)

const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, sign => `\\u{${sign.codePointAt(0)?.toString(16)}}`)
